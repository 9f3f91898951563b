package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.HostsChange;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.HostsStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel hosts}: the names of running tunnels in the hosts file. */
@Command(
        name = "hosts",
        mixinStandardHelpOptions = true,
        description = {
            "Lead the names of running tunnels to this machine by the hosts file.",
            "Every program goes by it; browsers find .localhost names without."
        },
        synopsisSubcommandLabel = "COMMAND")
final class HostsCommand implements Callable<Integer> {
    private final Context context;
    private final Output output;

    private HostsCommand(Context context) {
        this.context = context;
        this.output = context.output();
    }

    static CommandLine with(Context context) {
        return new CommandLine(new HostsCommand(context));
    }

    @Override
    public Integer call() {
        return status(Format.TABLE);
    }

    private HostsService hosts() {
        return context.surroundings().machine().hosts();
    }

    /** The names of running tunnels; none when nobody runs any. */
    private Collection<String> wanted() {
        Optional<ControlClient> owner = context.surroundings().running();
        if (owner.isEmpty()) {
            return List.of();
        }
        try (ControlClient running = owner.get()) {
            return HostsService.namesOf(running.list());
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description =
                    "Show which names stand in the hosts file, which are missing, and who else leads them elsewhere.")
    int status(
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json or yaml (default: table).")
                    Format format) {
        HostsStatus status = hosts().status(wanted());
        if (format != Format.TABLE) {
            output.machine(status, format);
            return 0;
        }
        List<List<String>> rows = new ArrayList<>(List.of(List.of("NAME", "IN " + status.file(), "NOTE")));
        status.names()
                .forEach(name -> rows.add(List.of(
                        name.name(), "yes", name.state().equals("needed") ? "" : "no running tunnel needs it")));
        status.missing().forEach(name -> rows.add(List.of(name, "no", "")));
        if (rows.size() == 1) {
            output.line("No running tunnel has a name, and " + status.file() + " holds none of gotunnel's.");
        } else {
            output.table(rows);
        }
        status.shadows()
                .forEach(shadow -> output.line(
                        "Line " + shadow.line() + " leads " + shadow.name() + " to " + shadow.address() + " instead."));
        if (!status.damage().isEmpty()) {
            output.line(status.damage());
        }
        if (!status.fix().isEmpty()) {
            output.line("  " + status.fix());
        }
        return 0;
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = {
                "Write the names of running tunnels into the hosts file, and take out those no longer needed.",
                "Shows what it will change and, in a terminal, asks first; the system may ask for a password."
            },
            footer = {"", "Exit codes: 0 done, 1 failed or declined, 3 not permitted."})
    int apply(
            @Option(
                            names = {"-y", "--yes"},
                            description = "Do not ask.")
                    boolean yes) {
        HostsService hosts = hosts();
        hosts.allow();
        Collection<String> wanted = wanted();
        HostsChange change = hosts.plan(wanted);
        List<String> foreign = wanted.stream()
                .filter(name -> hosts.isWithinReach() && !hosts.isWithinReach(name))
                .toList();
        if (!foreign.isEmpty()) {
            output.line(String.join(", ", foreign) + " stands below no suffix that gotunnel's helper takes. By hand:");
            output.line("  " + hosts.byHand(foreign));
        }
        if (change.isEmpty()) {
            output.line(hosts.place() + " holds what is needed " + (foreign.isEmpty() ? "already." : "otherwise."));
            lookAgain();
            return 0;
        }
        // Where nothing can be written there is nothing to agree to.
        if (hosts.isWithinReach() && !agrees(change, yes)) {
            return ErrorCode.INTERNAL.exitCode();
        }
        try {
            hosts.apply(this::wanted);
        } catch (GotunnelException e) {
            throw byHandToo(hosts, e, change);
        }
        lookAgain();
        change.added().forEach(name -> output.line(name + " leads to this machine now."));
        change.removed().forEach(name -> output.line(name + " is taken out."));
        return 0;
    }

    /** Where there is no helper the lines can still be written by an administrator. */
    private static GotunnelException byHandToo(HostsService hosts, GotunnelException failure, HostsChange change) {
        return hosts.isWithinReach() || change.added().isEmpty()
                ? failure
                : new GotunnelException(
                        failure.code(), failure.getMessage(), hosts.byHand(change.added()), failure.getCause());
    }

    private boolean agrees(HostsChange change, boolean yes) {
        return new Agreement(context, yes).to(change.difference());
    }

    private void lookAgain() {
        context.surroundings().running().ifPresent(owner -> {
            try (owner) {
                var _ = owner.lookAgain();
            }
        });
    }

    @Command(
            name = "clean",
            mixinStandardHelpOptions = true,
            description = {
                "Take all of your names out of the hosts file, those of running tunnels included.",
                "Shows what it will change and, in a terminal, asks first; the system may ask for a password."
            },
            footer = {"", "Exit codes: 0 done, 1 failed or declined, 3 not permitted."})
    int clean(
            @Option(
                            names = {"-y", "--yes"},
                            description = "Do not ask.")
                    boolean yes) {
        HostsService hosts = hosts();
        HostsChange change = hosts.cleaning();
        if (change.isEmpty()) {
            hosts.clean();
            output.line(hosts.place() + " holds none of your names.");
            return 0;
        }
        if (!agrees(change, yes)) {
            return ErrorCode.INTERNAL.exitCode();
        }
        hosts.clean();
        lookAgain();
        change.removed().forEach(name -> output.line(name + " is taken out."));
        return 0;
    }
}
