package dev.gotunnel.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What may be typed next. The shells' scripts ask for it, so that all of them offer the same, tunnels and profiles of this
 * moment included: a line for each word, with a tab and a description, or one line that leaves the rest to the shell.
 */
final class Completion {
    /** Leaves it to the shell to offer files. */
    static final String FILES = ":files";

    /** Leaves it to the shell to offer programs. */
    static final String COMMAND = ":command";

    private static final List<String> TRUTH = List.of("true", "false");

    private static final String END_OF_OPTIONS = "--";

    private CommandSpec spec;
    private int positionals;
    private @Nullable OptionSpec awaiting;
    private boolean onlyPositionals;

    private Completion(CommandSpec root) {
        spec = root;
    }

    /**
     * What may take the place of the last word.
     *
     * @param root the whole command line
     * @param words what was typed after {@code gotunnel}; the last one is being typed, and may be empty
     */
    static List<String> of(CommandSpec root, List<String> words) {
        // bash takes the sign between an option and its value for a word.
        List<String> typed = words.stream().filter(word -> !word.equals("=")).toList();
        if (typed.isEmpty()) {
            return List.of();
        }
        Completion completion = new Completion(root);
        typed.subList(0, typed.size() - 1).forEach(completion::pass);
        String last = typed.getLast();
        return completion.offer(last.equals("\"\"") ? "" : last);
    }

    private void pass(String word) {
        if (awaiting != null) {
            awaiting = null;
        } else if (onlyPositionals) {
            positionals++;
        } else if (word.equals(END_OF_OPTIONS)) {
            onlyPositionals = true;
        } else if (word.startsWith("-")) {
            OptionSpec option = spec.findOption(word);
            awaiting = option != null && option.arity().min() > 0 ? option : null;
        } else if (spec.subcommands().containsKey(word)) {
            spec = spec.subcommands().get(word).getCommandSpec();
            positionals = 0;
        } else {
            positionals++;
        }
    }

    private List<String> offer(String word) {
        if (awaiting != null) {
            return values(awaiting, "", word);
        }
        int sign = word.indexOf('=');
        if (word.startsWith("-") && sign > 0) {
            OptionSpec option = spec.findOption(word.substring(0, sign));
            return option == null ? List.of() : values(option, word.substring(0, sign + 1), word.substring(sign + 1));
        }
        if (word.startsWith("-") && !onlyPositionals) {
            return matching(options(), word);
        }
        List<String> positional = positional(word);
        if (spec.subcommands().isEmpty() || onlyPositionals) {
            return positional;
        }
        List<String> offered = new ArrayList<>(matching(commands(), word));
        offered.addAll(positional);
        return offered;
    }

    private Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                options.put(option.longestName(), first(option.description()));
            }
        }
        return options;
    }

    /** Each by the name that its help has, and not by what else it is called. */
    private Map<String, String> commands() {
        Map<String, String> commands = new LinkedHashMap<>();
        spec.subcommands().values().forEach(command -> {
            CommandSpec its = command.getCommandSpec();
            if (!its.usageMessage().hidden()) {
                commands.put(its.name(), first(its.usageMessage().description()));
            }
        });
        return commands;
    }

    private List<String> positional(String word) {
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            if (parameter.index().contains(positionals)) {
                boolean program = onlyPositionals
                        && positionals == 0
                        && parameter.paramLabel().startsWith("COMMAND");
                return program ? List.of(COMMAND) : values(parameter, "", word);
            }
        }
        return List.of();
    }

    /** The values of an option or parameter, each after what stands before it in the same word. */
    private static List<String> values(ArgSpec argument, String before, String word) {
        Iterable<String> known = isTruth(argument) ? TRUTH : argument.completionCandidates();
        if (known == null) {
            boolean file = argument.type() == Path.class
                    || argument.type() == File.class
                    || argument.paramLabel().startsWith("COMMAND");
            return file ? List.of(FILES) : List.of();
        }
        List<String> values = new ArrayList<>();
        for (String value : known) {
            if (value.startsWith(word)) {
                values.add(before + value);
            }
        }
        return values;
    }

    private static boolean isTruth(ArgSpec argument) {
        return argument.type() == boolean.class || argument.type() == Boolean.class;
    }

    private static List<String> matching(Map<String, String> offered, String word) {
        return offered.entrySet().stream()
                .filter(one -> one.getKey().startsWith(word))
                .map(one -> one.getKey() + "\t" + one.getValue())
                .toList();
    }

    private static String first(String[] description) {
        return description.length == 0
                ? ""
                : description[0].replace("%n", " ").replace("%%", "%").strip();
    }
}
