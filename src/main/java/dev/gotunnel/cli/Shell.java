package dev.gotunnel.cli;

import java.util.Locale;
import java.util.Map;

/** How a shell is told to set a variable for the programs that it starts. */
enum Shell {
    /** Also zsh, dash and every other that understands POSIX. */
    BASH("export %s='%s'", "'\\''", "eval \"$(gotunnel env)\""),
    FISH("set -gx %s '%s'", "\\'", "gotunnel env --shell fish | source"),
    POWERSHELL("$env:%s = '%s'", "''", "gotunnel env --shell powershell | Out-String | Invoke-Expression");

    private final String line;
    private final String quote;
    private final String usage;

    Shell(String line, String quote, String usage) {
        this.line = line;
        this.quote = quote;
        this.usage = usage;
    }

    /** The user's shell by the environment; a POSIX one when it does not tell. */
    static Shell of(Map<String, String> environment, boolean windows) {
        String shell = environment.getOrDefault("SHELL", "");
        if (shell.endsWith("/fish")) {
            return FISH;
        }
        return windows && shell.isEmpty() ? POWERSHELL : BASH;
    }

    /** The line that sets a variable to a value, whatever stands in that. */
    String assign(String name, String value) {
        // Between single quotes fish knows a backslash, and nobody anything else.
        String escaped = this == FISH ? value.replace("\\", "\\\\") : value;
        return line.formatted(name, escaped.replace("'", quote));
    }

    /** The command that has this shell take the lines in. */
    String usage() {
        return usage;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
