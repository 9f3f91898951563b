package dev.gotunnel.cli;

import dev.gotunnel.config.ConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel config migrate}: a file of the original gotunnel in today's format. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description = "Write a file of the original gotunnel anew, in today's format. A copy is kept beside it.")
final class ConfigMigrateCommand implements Callable<Integer> {
    private final Context context;

    @Option(names = "--dry-run", description = "Only tell what would change.")
    private boolean dryRun;

    ConfigMigrateCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Output output = context.output();
        Path path = context.surroundings().configuration().places().own();
        ConfigFile file = new ConfigFile(path);
        if (!file.isOriginal()) {
            output.line(path + " is of today's format, or not there; nothing is to be done.");
            return 0;
        }
        List<String> changes = file.changesOfMigration();
        output.line(dryRun ? "This would change:" : "This changes:");
        changes.forEach(change -> output.line("  " + change));
        if (!dryRun) {
            Path backup = file.migrate();
            output.line(path + " is written anew. As it was: " + backup);
        }
        return 0;
    }
}
