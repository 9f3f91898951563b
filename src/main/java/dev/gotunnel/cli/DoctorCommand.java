package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Doctor;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Finding.Level;
import dev.gotunnel.tunnel.Repair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Look for what keeps tunnels from working here, and say how to mend each thing. Changes nothing without --fix.",
            "Looks at the configuration, folders, journal, running engine, helper, ports, clock, certificates, trust, names,"
                    + " mDNS and backends."
        },
        footer = {
            "",
            "Examples:",
            "  gotunnel doctor          What is wrong, why, and the command that mends it.",
            "  gotunnel doctor --fix    Mend what gotunnel can mend; shows it and, in a terminal, asks first.",
            "",
            "Exit codes: 0 nothing is broken, 1 something is."
        })
final class DoctorCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = "--fix",
            description = "Mend what can be mended; asks for an administrator's password at most once.")
    private boolean fix;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before mending.")
    private boolean yes;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    DoctorCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Doctor doctor = context.surroundings().machine().doctor();
        List<Finding> findings = doctor.examine();
        if (fix) {
            List<Repair> repairs = repairs(findings);
            if (!repairs.isEmpty() && agreed(repairs)) {
                repairs.forEach(this::mend);
                findings = doctor.examine();
            }
        }
        context.output().findings(findings, format, fix);
        return findings.stream().anyMatch(finding -> finding.level() == Level.BROKEN) ? 1 : 0;
    }

    /** Those without a password first, and of the others one: a row of prompts is answered without reading. */
    private List<Repair> repairs(List<Finding> findings) {
        List<Repair> all = findings.stream()
                .flatMap(finding -> Optional.ofNullable(finding.repair()).stream())
                // Several findings may be mended by one change.
                .distinct()
                .toList();
        List<Repair> chosen = new ArrayList<>(
                all.stream().filter(repair -> !repair.elevated()).toList());
        List<Repair> elevated = all.stream().filter(Repair::elevated).toList();
        elevated.stream().findFirst().ifPresent(chosen::add);
        if (elevated.size() > 1) {
            context.output()
                    .note("The rest needs an administrator's password once more: run gotunnel doctor --fix again.");
        }
        return chosen;
    }

    private boolean agreed(List<Repair> repairs) {
        context.output().note("This will be mended:");
        repairs.forEach(repair -> context.output()
                .note("  " + repair.change() + (repair.elevated() ? " (asks for an administrator's password)" : "")));
        if (yes) {
            return true;
        }
        boolean declined = context.surroundings()
                .ask("Go on? [Y/n] ")
                .filter(answer ->
                        !List.of("", "y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT)))
                .isPresent();
        if (declined) {
            context.output().note("Nothing was changed.");
        }
        return !declined;
    }

    private void mend(Repair repair) {
        try {
            repair.work().run();
        } catch (GotunnelException e) {
            context.output().note("Not mended: " + e.getMessage());
            String hint = Objects.requireNonNullElse(e.hint(), "");
            if (!hint.isEmpty()) {
                context.output().note("  " + hint);
            }
        }
    }
}
