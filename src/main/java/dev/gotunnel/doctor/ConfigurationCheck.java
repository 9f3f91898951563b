package dev.gotunnel.doctor;

import dev.gotunnel.config.ConfigLoader;
import dev.gotunnel.config.Configuration;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Whether the configuration file says what gotunnel understands. */
final class ConfigurationCheck implements Check {
    private final Path file;

    ConfigurationCheck(Path file) {
        this.file = file;
    }

    @Override
    public String subject() {
        return "configuration";
    }

    @Override
    public List<Finding> look() {
        if (!Files.exists(file)) {
            return List.of(Finding.ok(subject(), "There is no " + file + ": the defaults apply."));
        }
        try {
            Configuration configuration = ConfigLoader.load(file);
            int tunnels = configuration.profiles().values().stream()
                    .mapToInt(List::size)
                    .sum();
            return List.of(Finding.ok(subject(), file + " is valid; it holds " + count(tunnels, "tunnel") + "."));
        } catch (GotunnelException e) {
            return List.of(Finding.broken(
                    subject(), file + " cannot be used.", e.getMessage(), Objects.requireNonNullElse(e.hint(), "")));
        }
    }

    static String count(int number, String noun) {
        return number == 1 ? "one " + noun : number == 0 ? "no " + noun : number + " " + noun + "s";
    }
}
