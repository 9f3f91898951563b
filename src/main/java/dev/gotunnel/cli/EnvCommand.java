package dev.gotunnel.cli;

import dev.gotunnel.platform.OperatingSystem;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel env}. */
@Command(
        name = "env",
        mixinStandardHelpOptions = true,
        description = {
            "Print variables that make Node, Python, curl, Git and Java trust this machine's certificates.",
            "Only programs of a shell that takes them in see them; nothing of the system is changed."
        },
        footer = {
            "",
            "Examples:",
            "  eval \"$(gotunnel env)\"                              bash, zsh",
            "  gotunnel env --shell fish | source                  fish",
            "  gotunnel env --shell powershell | Out-String | iex  PowerShell"
        })
final class EnvCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = "--shell",
            paramLabel = "SHELL",
            description = "bash (also zsh and sh), fish or powershell (default: the one that $SHELL names).")
    private @Nullable Shell shell;

    EnvCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        boolean windows = OperatingSystem.current() == OperatingSystem.WINDOWS;
        Shell chosen = shell == null ? Shell.of(System.getenv(), windows) : shell;
        Map<String, String> variables = context.surroundings().machine().trust().environment();
        context.output().line("# " + chosen.usage());
        variables.forEach((name, value) -> context.output().line(chosen.assign(name, value)));
        return 0;
    }
}
