package dev.gotunnel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gotunnel completion}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description =
                "Print a script that completes gotunnel's words in a shell, with the tunnels and profiles there are.",
        footer = {
            "",
            "Examples:",
            "  eval \"$(gotunnel completion bash)\"                              bash, in ~/.bashrc",
            "  source <(gotunnel completion zsh)                               zsh, in ~/.zshrc after compinit",
            "  gotunnel completion fish | source                               fish, in config.fish",
            "  gotunnel completion powershell | Out-String | Invoke-Expression  PowerShell, in $PROFILE"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh, fish or powershell.")
    private Script shell = Script.BASH;

    /** The shells that there is a script for. */
    enum Script {
        BASH("bash"),
        ZSH("zsh"),
        FISH("fish"),
        POWERSHELL("ps1");

        private final String ending;

        Script(String ending) {
            this.ending = ending;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    CompletionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String name = "completion." + shell.ending;
        try (InputStream script = CompletionCommand.class.getResourceAsStream(name)) {
            byte[] bytes = Objects.requireNonNull(script, name).readAllBytes();
            new String(bytes, StandardCharsets.UTF_8).lines().forEach(context.output()::line);
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
