package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.Browser;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelService;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gotunnel open}. */
@Command(name = "open", mixinStandardHelpOptions = true, description = "Open a tunnel in the browser.")
final class OpenCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = LiveNames.Tunnels.class,
            description = "NAME, PROFILE/NAME or domain.")
    private String name = "";

    OpenCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Tunnel tunnel = TunnelService.find(context.tunnels(), name);
        if (tunnel.urls().isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.NO_SUCH_TUNNEL,
                    tunnel.id() + " does not run.",
                    "Start it: gotunnel start " + tunnel.id() + " --detach");
        }
        String url = tunnel.openUrl()
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.USAGE,
                        tunnel.id() + " serves every name below another; there is no single one to open.",
                        "Open one in your browser, in place of the star: "
                                + tunnel.urls().getFirst()));
        Browser.ofSystem().open(url);
        context.output().line("Opened " + url);
        return 0;
    }
}
