package dev.gotunnel.cli;

import dev.gotunnel.tunnel.TrustOutcome;
import dev.gotunnel.tunnel.TrustService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel trust install}. */
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = {
            "Make browsers and programs trust this machine's certificate authority.",
            "Shows what it will change and, in a terminal, asks first. What cannot be changed keeps nothing else."
        },
        footer = {
            "",
            "Examples:",
            "  gotunnel trust install                    every store that there is",
            "  gotunnel trust install --store firefox    all profiles of Firefox",
            "",
            "Exit codes: 0 done, 1 a store failed, 3 only a permission is missing."
        })
final class TrustInstallCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = "--store",
            paramLabel = "NAME",
            description = "A store by its name in trust status, or all of a kind: system, chromium, firefox, java.")
    private List<String> stores = new ArrayList<>();

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    TrustInstallCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        TrustService trust = context.surroundings().machine().trust();
        Agreement agreement = new Agreement(context, yes);
        List<TrustOutcome> outcomes = trust.install(stores, agreement);
        if (outcomes.isEmpty() && !agreement.isDeclined()) {
            context.output().line("There is no trust store that could be written.");
            context.output().line("  See: gotunnel trust status");
        }
        return agreement.exitCode(outcomes);
    }
}
