package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Removal;
import dev.gotunnel.tunnel.Removal.Report;
import dev.gotunnel.tunnel.Removal.Trace;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel uninstall}. */
@Command(
        name = "uninstall",
        mixinStandardHelpOptions = true,
        description = {
            "Take back all that gotunnel has put on this machine for you: trust, names, settings, certificates, files.",
            "Shows what it found and asks. Ends the running gotunnel, takes everything back and searches once more.",
            "It may be interrupted and run again. The program itself goes the way it came."
        },
        footer = {
            "",
            "Examples:",
            "  gotunnel uninstall           Your gotunnel.yaml stays.",
            "  gotunnel uninstall --purge   Your gotunnel.yaml goes too.",
            "",
            "Exit codes: 0 nothing is left, 1 something is or you declined, 3 only a permission is missing."
        })
final class UninstallCommand implements Callable<Integer> {
    private final Context context;

    @Option(names = "--purge", description = "Delete gotunnel.yaml too.")
    private boolean purge;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    UninstallCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Removal removal = context.surroundings().machine().removal(purge);
        List<Trace> found = removal.find();
        if (found.isEmpty()) {
            context.output().line("There is nothing of gotunnel on this machine.");
            removal.kept().forEach(context.output()::line);
            return 0;
        }
        context.output().line("This will be taken back:");
        print(found);
        removal.kept().forEach(context.output()::line);
        if (context.surroundings().running().isPresent()) {
            context.output().line("The running gotunnel ends, with all its tunnels.");
        }
        if (!agreed()) {
            context.output().line("Nothing was changed.");
            return 1;
        }
        context.surroundings().endAll();
        return tell(removal.remove());
    }

    /** Unlike for what can be done again, silence is no consent. */
    private boolean agreed() {
        if (yes) {
            return true;
        }
        Optional<String> answer = context.surroundings().ask("Take all of it back? [y/N] ");
        if (answer.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "There is nobody to ask.", "To go on without: gotunnel uninstall --yes");
        }
        return List.of("y", "yes").contains(answer.get().strip().toLowerCase(Locale.ROOT));
    }

    private int tell(Report report) {
        context.output().line("");
        report.done().forEach(context.output()::line);
        for (GotunnelException failure : report.failures()) {
            context.output().failure(failure, context.options().isDebug());
        }
        if (report.left().isEmpty() && report.failures().isEmpty()) {
            context.output().line("A new search finds nothing of gotunnel any more.");
            return 0;
        }
        if (!report.left().isEmpty()) {
            context.output().line("A new search still finds:");
            print(report.left());
        }
        context.output().line("Do what is said above, then run this command again.");
        boolean onlyPermission = !report.failures().isEmpty()
                && report.failures().stream().allMatch(failure -> failure.code() == ErrorCode.NOT_PERMITTED);
        return onlyPermission ? ErrorCode.NOT_PERMITTED.exitCode() : 1;
    }

    private void print(List<Trace> traces) {
        int width =
                traces.stream().mapToInt(trace -> trace.kind().length()).max().orElse(0);
        for (Trace trace : traces) {
            context.output()
                    .line("  " + trace.kind() + " ".repeat(width - trace.kind().length() + 2) + trace.what());
        }
    }
}
