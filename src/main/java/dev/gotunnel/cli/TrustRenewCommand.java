package dev.gotunnel.cli;

import dev.gotunnel.tunnel.TrustOutcome;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel trust renew}. */
@Command(
        name = "renew",
        mixinStandardHelpOptions = true,
        description = {
            "Make a new certificate authority in the place of the one in use: before it expires, when its files are damaged,"
                    + " or when somebody may have its key.",
            "What trusts the old one trusts the new one before it is used. Running tunnels go on. Shows what it will change"
                    + " and, in a terminal, asks first. Ended half-way, the next one completes it."
        },
        footer = {"", "Exit codes: 0 done, 1 a store failed or you declined, 3 only a permission is missing."})
final class TrustRenewCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    TrustRenewCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Agreement agreement = new Agreement(context, yes);
        List<TrustOutcome> outcomes = context.surroundings().machine().renewal().renew(agreement);
        return agreement.exitCode(outcomes);
    }
}
