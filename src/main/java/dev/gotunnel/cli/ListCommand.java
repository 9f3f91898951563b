package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel list}. */
@Command(
        name = "list",
        aliases = "ls",
        mixinStandardHelpOptions = true,
        description = "List the tunnels: those that run, and saved ones that do not.")
final class ListCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    ListCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.output().tunnels(context.tunnels(), format);
        return 0;
    }
}
