package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel trust status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Show which trust stores there are, and whether they trust this machine's certificate authority.",
            "VERIFIED is what a handshake, or the platform's own verifier, says of a certificate that is made for it."
        })
final class TrustStatusCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    TrustStatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.output().trust(context.surroundings().machine().trust().status(), format);
        return 0;
    }
}
