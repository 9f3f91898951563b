package dev.gotunnel.cli;

import dev.gotunnel.tunnel.TrustOutcome;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel trust uninstall}. */
@Command(
        name = "uninstall",
        mixinStandardHelpOptions = true,
        description = {
            "Take this machine's certificate authority out of every trust store again, and earlier ones with it.",
            "Shows what it will change and, in a terminal, asks first."
        },
        footer = {"", "Exit codes: 0 done, 1 a store failed, 3 only a permission is missing."})
final class TrustUninstallCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    TrustUninstallCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Agreement agreement = new Agreement(context, yes);
        List<TrustOutcome> outcomes = context.surroundings().machine().trust().uninstall(agreement);
        if (outcomes.isEmpty() && !agreement.isDeclined()) {
            context.output().line("No trust store holds a root of ours.");
        }
        return agreement.exitCode(outcomes);
    }
}
