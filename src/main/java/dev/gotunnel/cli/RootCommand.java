package dev.gotunnel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code gotunnel} alone: the desktop. */
@Command(
        name = "gotunnel",
        mixinStandardHelpOptions = true,
        description = "Trusted HTTPS names for the services on your machine.",
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Examples:",
            "  gotunnel demo                             See it work, with a backend of its own.",
            "  gotunnel start --port 3000 --domain shop  https://shop.localhost leads to localhost:3000.",
            "  gotunnel list                             What runs.",
            "  gotunnel                                  The tray and the window.",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not permitted,",
            "            4 no such tunnel, 5 port or name taken."
        })
final class RootCommand implements Callable<Integer> {
    private final Context context;

    RootCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return context.surroundings().desktop();
    }
}
