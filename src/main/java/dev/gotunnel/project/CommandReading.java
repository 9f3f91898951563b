package dev.gotunnel.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a command runs in the end, seen through what starts it: interpreters, package managers and their scripts, and the
 * like. Whatever is not understood is left as it is.
 */
final class CommandReading {
    /** A script that runs a script, and so on. */
    private static final int MAX_DEPTH = 8;

    private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");
    private static final Pattern ENDING = Pattern.compile("\\.(?:js|mjs|cjs|cmd|exe|bat|ps1)$");
    private static final Pattern PYTHON = Pattern.compile("(?:python|py|pypy)[0-9.]*");

    /** Run the rest of the words as a command. */
    private static final Set<String> PREFIXES = Set.of(
            "npx", "bunx", "pnpx", "env", "cross-env", "cross-env-shell", "dotenv", "exec", "nice", "nohup", "time");

    /** Run the rest as a command after the word {@code run} or {@code exec}. */
    private static final Set<String> RUNNERS =
            Set.of("bundle", "poetry", "uv", "pipenv", "rye", "hatch", "pdm", "dotenvx", "mise", "volta");

    /** Run the first argument that is no option as a program. */
    private static final Set<String> INTERPRETERS = Set.of("node", "ruby", "php", "deno");

    private static final Set<String> MANAGERS = Set.of("npm", "pnpm", "yarn", "bun");

    private static final Set<String> JAVA = Set.of(
            "java",
            "mvn",
            "mvnw",
            "mvnd",
            "gradle",
            "gradlew",
            "quarkus",
            "spring",
            "jbang",
            "sbt",
            "mill",
            "lein",
            "clj",
            "clojure",
            "kotlin",
            "scala",
            "jwebserver");

    private final ProjectFolder project;
    private final Frameworks frameworks;
    private @Nullable Framework framework;
    private @Nullable Integer port;
    private boolean java;

    /** How often the flags have to be handed on by {@code --}, and whether that stands there already. */
    private final List<String> handedOn = new ArrayList<>();

    private CommandReading(ProjectFolder project, Frameworks frameworks) {
        this.project = project;
        this.frameworks = frameworks;
    }

    static CommandReading of(List<String> words, ProjectFolder project, Frameworks frameworks) {
        CommandReading reading = new CommandReading(project, frameworks);
        reading.read(words, 0);
        return reading;
    }

    /** What it serves with; empty when that is not known. */
    Optional<Framework> framework() {
        return Optional.ofNullable(framework);
    }

    /** The port that it names already; null when it names none. */
    @Nullable
    Integer port() {
        return port;
    }

    /** Whether it runs on Java. */
    boolean java() {
        return java;
    }

    /** What to append so that it listens on a port. */
    List<String> flags(int wanted) {
        if (framework == null || port != null || framework.flags().isEmpty()) {
            return List.of();
        }
        List<String> words = new ArrayList<>(handedOn);
        words.addAll(framework.flags(wanted));
        return words;
    }

    private void read(List<String> words, int depth) {
        int first = 0;
        while (first < words.size() && ASSIGNMENT.matcher(words.get(first)).matches()) {
            first++;
        }
        if (first == words.size() || depth > MAX_DEPTH) {
            return;
        }
        String program = program(words.get(first));
        List<String> arguments = words.subList(first + 1, words.size());
        java = JAVA.contains(program);
        Optional<Framework> known = frameworks.servedBy(program, arguments);
        if (known.isPresent()) {
            framework = known.get();
            port = framework.portSaid(arguments).orElse(null);
        } else if (PREFIXES.contains(program)) {
            read(afterOptions(arguments), depth + 1);
        } else if (RUNNERS.contains(program)) {
            readAfterVerb(arguments, Set.of("run", "exec"), depth);
        } else if (PYTHON.matcher(program).matches()) {
            readPython(arguments, depth);
        } else if (INTERPRETERS.contains(program)) {
            read(afterOptions(arguments), depth + 1);
        } else if (MANAGERS.contains(program)) {
            readManager(program, arguments, depth);
        }
    }

    /** {@code vite} of {@code node_modules/vite/bin/vite.js}. */
    private static String program(String word) {
        String last = word.substring(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1);
        return ENDING.matcher(last).replaceFirst("");
    }

    private static List<String> afterOptions(List<String> words) {
        int at = 0;
        while (at < words.size() && words.get(at).startsWith("-")) {
            at++;
        }
        return words.subList(at, words.size());
    }

    private void readAfterVerb(List<String> arguments, Set<String> verbs, int depth) {
        List<String> rest = afterOptions(arguments);
        if (!rest.isEmpty() && verbs.contains(rest.getFirst())) {
            read(afterOptions(rest.subList(1, rest.size())), depth + 1);
        }
    }

    /** A script, or a module after {@code -m}. */
    private void readPython(List<String> arguments, int depth) {
        int module = arguments.indexOf("-m");
        boolean first = module >= 0 && arguments.subList(0, module).stream().allMatch(word -> word.startsWith("-"));
        read(first ? arguments.subList(module + 1, arguments.size()) : afterOptions(arguments), depth + 1);
    }

    private void readManager(String manager, List<String> arguments, int depth) {
        List<String> rest = afterOptions(arguments);
        // Options before the verb may lead to another package, whose scripts are not known here.
        boolean here = arguments.stream()
                .limit(arguments.size() - (long) rest.size())
                .allMatch(option -> Set.of("-s", "--silent", "--bun").contains(option));
        if (rest.isEmpty() || !here) {
            return;
        }
        String verb = rest.getFirst();
        List<String> after = rest.subList(1, rest.size());
        switch (verb) {
            case "run", "run-script" -> readScript(manager, afterOptions(after), depth);
            case "exec", "x", "dlx" -> read(afterOptions(after), depth + 1);
            case "start" -> readScript(manager, rest, depth);
            default -> {
                // npm has a word for everything; with the others a script's name is one, else a program's.
                if (!manager.equals("npm")) {
                    readScript(manager, rest, depth);
                }
            }
        }
    }

    private void readScript(String manager, List<String> nameAndMore, int depth) {
        if (nameAndMore.isEmpty()) {
            return;
        }
        String script = project.packageJson()
                .map(json -> json.scripts().get(nameAndMore.getFirst()))
                .orElse(null);
        if (script == null) {
            if (!manager.equals("npm")) {
                read(nameAndMore, depth + 1);
            }
            return;
        }
        List<String> more = nameAndMore.subList(1, nameAndMore.size());
        List<String> words = new ArrayList<>(ShellWords.ofLastCommand(script));
        if (manager.equals("npm")) {
            int divider = more.indexOf("--");
            if (divider < 0) {
                // npm keeps options to itself that stand before it.
                handedOn.add("--");
            } else {
                words.addAll(more.subList(divider + 1, more.size()));
            }
        } else {
            words.addAll(more);
        }
        read(words, depth + 1);
    }
}
