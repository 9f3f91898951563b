package dev.gotunnel.cli;

import dev.gotunnel.demo.DemoBackend;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code gotunnel demo}: needs no permission, no configuration and no service of the user's own. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "See it work: a tunnel to a small backend of gotunnel's own, until Ctrl-C.")
final class DemoCommand implements Callable<Integer> {
    private final Context context;

    DemoCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (DemoBackend backend = new DemoBackend()) {
            TunnelSpec spec = new TunnelSpec(
                    new TunnelId(TunnelId.SESSION, "demo"),
                    DomainName.parse("demo.localhost"),
                    List.of(new BackendAddress("127.0.0.1", backend.port())),
                    true,
                    null);
            return new Foreground(context).run(spec, false);
        }
    }
}
