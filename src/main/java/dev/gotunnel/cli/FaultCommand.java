package dev.gotunnel.cli;

import dev.gotunnel.config.TunnelFormat;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gotunnel fault}. */
@Command(
        name = "fault",
        mixinStandardHelpOptions = true,
        description = "Make trouble for the clients of a running tunnel, to see how they take it; until it stops.",
        footer = {
            "",
            "Keys:",
            "  delay, jitter             added before each request goes on: 200ms, 2s",
            "  bandwidth                 bytes a second of each response: 64KB, 1MB",
            "  error_rate, error_status  share of requests that fail, 0 to 1, and with which status (503)",
            "  reset_rate                share of requests whose connection is reset, 0 to 1",
            "",
            "Examples:",
            "  gotunnel fault shop delay=200ms jitter=100ms error_rate=0.1",
            "  gotunnel fault shop off"
        })
final class FaultCommand implements Callable<Integer> {
    private static final String OFF = "off";

    private final Context context;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            completionCandidates = LiveNames.Tunnels.class,
            description = "NAME, PROFILE/NAME or domain.")
    private String name = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "KEY=VALUE",
            description = "What trouble; it takes the place of all before. \"off\" ends it.")
    private List<String> words = new ArrayList<>();

    @Option(names = "--save", description = "Keep it in the configuration file.")
    private boolean save;

    FaultCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Fault fault = words.equals(List.of(OFF))
                ? null
                : TunnelFormat.fault(TrafficOptions.pairs("fault", words, "delay=200ms error_rate=0.1"));
        Tunnel tunnel = TunnelService.find(context.tunnels(), name);
        if (save) {
            keep(tunnel, fault);
        } else {
            apply(tunnel, fault);
        }
        String kept = save ? ", also in the configuration file" : "";
        context.output()
                .line(
                        fault == null
                                ? tunnel.id() + " is without faults" + kept + "."
                                : tunnel.id() + " has faults" + kept + ": " + text(fault));
        return 0;
    }

    private static String text(Fault fault) {
        return TunnelFormat.written(fault).entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private void apply(Tunnel tunnel, @Nullable Fault fault) {
        Optional<ControlClient> owner = context.surroundings().running();
        if (owner.isEmpty() || !tunnel.state().isActive()) {
            throw new GotunnelException(
                    ErrorCode.NO_SUCH_TUNNEL,
                    tunnel.id() + " does not run.",
                    "Start it: gotunnel start " + tunnel.id() + " --detach — or keep this for later with --save.");
        }
        try (ControlClient running = owner.get()) {
            running.fault(tunnel.tunnelId(), fault);
        }
    }

    private void keep(Tunnel tunnel, @Nullable Fault fault) {
        TunnelSpec saved = context.savedSpec(tunnel.tunnelId())
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.USAGE,
                        tunnel.id() + " is not in the configuration file.",
                        "Leave --save out, or save it first: gotunnel start … --save"));
        context.save(saved.withPolicy(saved.policy().withFault(fault)));
    }
}
