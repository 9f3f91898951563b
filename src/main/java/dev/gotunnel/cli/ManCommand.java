package dev.gotunnel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gotunnel man}. */
@Command(
        name = "man",
        mixinStandardHelpOptions = true,
        description = "Print the manual page, which packages install.",
        footer = {"", "Examples:", "  gotunnel man | man -l -      Read it.", "  gotunnel man > gotunnel.1    Keep it."
        })
final class ManCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ManCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String version = spec.root().version()[0];
        ManPage.of(spec.root(), version.substring(version.indexOf(' ') + 1)).forEach(context.output()::line);
        return 0;
    }
}
