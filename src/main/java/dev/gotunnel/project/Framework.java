package dev.gotunnel.project;

import dev.gotunnel.policy.DevServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program that serves pages, and how it is told the port: a row of {@link Frameworks}.
 *
 * @param name for people
 * @param preset what meets its checks of {@code Host} and {@code Origin}; null when it has none
 * @param programs what its program may be called
 * @param serves found in its arguments, options left out, when it is to serve
 * @param flags what tells it the port, {@value #PORT} in its place
 * @param said the options with which its user has told it a port already
 * @param environment the variables that tell it the port
 * @param marks the files of a project that show it; a null word is the file alone
 */
record Framework(
        String name,
        @Nullable DevServer preset,
        List<String> programs,
        Pattern serves,
        List<String> flags,
        List<String> said,
        Map<String, String> environment,
        List<Mark> marks) {
    static final String PORT = "{port}";

    /** Among {@link #said}: an argument that is a port, or ends with one. */
    private static final String FIRST = "first";

    private static final Pattern PORT_LAST = Pattern.compile("(?:.*:)?(\\d{1,5})");
    private static final int MAX_PORT = 65535;

    /**
     * A file that shows it.
     *
     * @param word what is to stand in it; null when it is enough that it is there
     */
    record Mark(String file, @Nullable String word) {}

    Framework {
        programs = List.copyOf(programs);
        flags = List.copyOf(flags);
        said = List.copyOf(said);
        environment = Map.copyOf(environment);
        marks = List.copyOf(marks);
    }

    /** Whether a program with these arguments is it, and serves. */
    boolean isServedBy(String program, List<String> arguments) {
        String words = String.join(
                " ", arguments.stream().filter(word -> !word.startsWith("-")).toList());
        return programs.contains(program) && serves.matcher(words).find();
    }

    /** The port that its user has told it, by an option or an argument; the last counts, as it does for programs. */
    Optional<Integer> portSaid(List<String> arguments) {
        for (int i = arguments.size() - 1; i >= 0; i--) {
            String word = arguments.get(i);
            for (String option : said) {
                Optional<Integer> port = Optional.empty();
                if (option.equals(FIRST) && !word.startsWith("-")) {
                    port = port(word);
                } else if (word.equals(option) && i + 1 < arguments.size()) {
                    port = port(arguments.get(i + 1));
                } else if (word.startsWith(option + "=")) {
                    port = port(word.substring(option.length() + 1));
                }
                if (port.isPresent()) {
                    return port;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> port(String word) {
        Matcher matcher = PORT_LAST.matcher(word);
        return Optional.of(matcher)
                .filter(Matcher::matches)
                .map(found -> Integer.parseInt(found.group(1)))
                .filter(port -> port > 0 && port <= MAX_PORT);
    }

    /** The flags for a port. */
    List<String> flags(int port) {
        return flags.stream().map(flag -> flag.replace(PORT, "" + port)).toList();
    }

    /** The variables for a port. */
    Map<String, String> environment(int port) {
        Map<String, String> filled = new LinkedHashMap<>();
        environment.forEach((name, value) -> filled.put(name, value.replace(PORT, "" + port)));
        return filled;
    }
}
