package dev.gotunnel.project;

import dev.gotunnel.policy.DevServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command that serves on a port: the user's own, with what its framework needs to be told of the port. Everything gets
 * {@code PORT}; flags are added for what does not look at it.
 *
 * @param words the program and its arguments
 * @param port the port that it is to listen on
 * @param environment variables that tell it the port
 * @param framework what it serves with, for people; null when it is not known
 * @param preset what meets its checks of {@code Host}; null when none is needed
 * @param java whether it runs on Java
 */
public record ServingCommand(
        List<String> words,
        int port,
        Map<String, String> environment,
        @Nullable String framework,
        @Nullable DevServer preset,
        boolean java) {
    /** Copies the collections. */
    public ServingCommand {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /** Which ports there are. */
    public interface Ports {
        /** A port that nobody listens on. */
        int free();
    }

    /**
     * Prepares a command.
     *
     * @param words as the user typed them
     * @param project where it runs
     * @param wanted the port that the user wants; null takes the one that the command names, else a free one
     */
    public static ServingCommand of(List<String> words, ProjectFolder project, @Nullable Integer wanted, Ports ports) {
        Frameworks frameworks = Frameworks.read();
        CommandReading reading = CommandReading.of(words, project, frameworks);
        Optional<Framework> framework = reading.framework().or(() -> frameworks.of(project));
        Integer said = wanted == null ? reading.port() : wanted;
        int port = said == null ? ports.free() : said;
        List<String> complete = new ArrayList<>(words);
        complete.addAll(reading.flags(port));
        Map<String, String> environment = new LinkedHashMap<>();
        framework.ifPresent(known -> environment.putAll(known.environment(port)));
        environment.put("PORT", "" + port);
        return new ServingCommand(
                complete,
                port,
                environment,
                framework.map(Framework::name).orElse(null),
                framework.map(Framework::preset).orElse(null),
                reading.java());
    }

    /** What a command that runs somewhere serves with, by its words, else by its project. */
    public static Optional<String> frameworkOf(List<String> words, ProjectFolder project) {
        Frameworks frameworks = Frameworks.read();
        return CommandReading.of(words, project, frameworks)
                .framework()
                .or(() -> frameworks.of(project))
                .map(Framework::name);
    }
}
