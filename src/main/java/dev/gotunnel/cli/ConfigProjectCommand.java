package dev.gotunnel.cli;

import dev.gotunnel.config.Layers;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What may be made of the {@code gotunnel.yaml} of the project that one stands in. */
final class ConfigProjectCommand {
    private ConfigProjectCommand() {}

    /** {@code gotunnel config allow}. */
    @Command(
            name = "allow",
            mixinStandardHelpOptions = true,
            description = {
                "Use the gotunnel.yaml of the project that you stand in, as it is now; once it changes, you are asked again.",
                "It may define tunnels to services on this machine, and nothing else."
            })
    static final class Allow implements Callable<Integer> {
        private final Context context;

        Allow(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            Layers layers = context.surroundings().configuration();
            List<TunnelSpec> tunnels = layers.ofProject();
            Path file = layers.answer(true);
            context.output().line(file + " is used from now on, as it is. It defines:");
            tunnels.forEach(tunnel -> context.output()
                    .line("  " + tunnel.id() + "  " + tunnel.domain() + " -> "
                            + tunnel.backends().getFirst().url()));
            if (!tunnels.isEmpty()) {
                context.output()
                        .line("  Start one: gotunnel start " + tunnels.getFirst().id());
            }
            return 0;
        }
    }

    /** {@code gotunnel config deny}. */
    @Command(
            name = "deny",
            mixinStandardHelpOptions = true,
            description = "Do not use the gotunnel.yaml of the project that you stand in, and do not speak of it.")
    static final class Deny implements Callable<Integer> {
        private final Context context;

        Deny(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            Path file = context.surroundings().configuration().answer(false);
            context.output().line(file + " is not used.");
            context.output().line("  Another time: gotunnel config allow");
            return 0;
        }
    }
}
