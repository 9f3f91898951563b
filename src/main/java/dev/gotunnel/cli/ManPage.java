package dev.gotunnel.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual page, made of what {@code --help} says: every command on one page, in the macros of man(7) that each reader of
 * manual pages understands.
 */
final class ManPage {
    private static final Set<String> EVERYWHERE = Set.of("--help", "--version");

    private final List<String> lines = new ArrayList<>();

    private ManPage() {}

    /**
     * The page of a whole command line.
     *
     * @param version of the program
     */
    static List<String> of(CommandSpec root, String version) {
        ManPage page = new ManPage();
        page.lines.add(".TH GOTUNNEL 1 \"\" \"gotunnel " + escaped(version) + "\" \"User Commands\"");
        page.section("NAME");
        page.text("gotunnel - " + String.join(" ", root.usageMessage().description()));
        page.section("SYNOPSIS");
        page.lines.add(".B gotunnel");
        page.lines.add("[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR]");
        page.section("OPTIONS");
        page.text("Every command takes these, before or after its name.");
        root.options().stream().filter(option -> !option.hidden()).forEach(page::option);
        page.section("COMMANDS");
        page.commands(root);
        page.footer(root, ".SH ");
        return page.lines;
    }

    private void section(String name) {
        lines.add(".SH " + name);
    }

    private void commands(CommandSpec parent) {
        for (CommandLine command : new LinkedHashSet<>(parent.subcommands().values())) {
            CommandSpec spec = command.getCommandSpec();
            if (spec.usageMessage().hidden()) {
                continue;
            }
            lines.add(".SS " + escaped(synopsis(spec)));
            if (spec.aliases().length > 0) {
                text("Also: " + String.join(", ", spec.aliases()) + ".");
            }
            Arrays.stream(spec.usageMessage().description()).forEach(this::text);
            spec.positionalParameters().stream()
                    .filter(parameter -> !parameter.hidden())
                    .forEach(this::parameter);
            spec.options().stream()
                    .filter(option ->
                            !option.hidden() && !option.inherited() && !EVERYWHERE.contains(option.longestName()))
                    .forEach(this::option);
            footer(spec, ".PP\n.B ");
            commands(spec);
        }
    }

    private static String synopsis(CommandSpec spec) {
        StringBuilder line = new StringBuilder(spec.qualifiedName(" "));
        spec.positionalParameters()
                .forEach(parameter -> line.append(' ')
                        .append(
                                parameter.arity().min() == 0
                                        ? "[" + parameter.paramLabel() + "]"
                                        : parameter.paramLabel())
                        .append(parameter.arity().max() > 1 ? "..." : ""));
        return line.toString();
    }

    private void option(OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : " \\fI" + escaped(option.paramLabel()) + "\\fR";
        entry("\\fB" + escaped(String.join(", ", option.names())) + "\\fR" + value, option.description());
    }

    private void parameter(PositionalParamSpec parameter) {
        entry("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter.description());
    }

    private void entry(String head, String[] description) {
        lines.add(".TP");
        lines.add(head);
        for (String line : description) {
            lines.add(escaped(plain(line)));
        }
    }

    private void text(String line) {
        lines.add(".PP");
        lines.add(escaped(plain(line)));
    }

    /** Examples and exit codes, in the columns that they are written in. */
    private void footer(CommandSpec spec, String heading) {
        boolean verbatim = false;
        for (String line : spec.usageMessage().footer()) {
            boolean head = line.endsWith(":") && !line.startsWith(" ");
            if (verbatim && (head || line.isEmpty())) {
                lines.add(".fi");
                verbatim = false;
            }
            if (head) {
                String title = line.substring(0, line.length() - 1);
                lines.addAll((heading + (heading.startsWith(".SH") ? title.toUpperCase(Locale.ROOT) : title))
                        .lines()
                        .toList());
            } else if (!line.isEmpty()) {
                if (!verbatim) {
                    lines.add(".PP");
                    lines.add(".nf");
                    verbatim = true;
                }
                lines.add(escaped(plain(line)));
            }
        }
        if (verbatim) {
            lines.add(".fi");
        }
    }

    /** As it is shown: picocli's texts are formats. */
    private static String plain(String text) {
        return text.replace("%n", " ").replace("%%", "%");
    }

    /** What roff would take for an order of its own. */
    private static String escaped(String text) {
        String safe = text.replace("\\", "\\e").replace("-", "\\-");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
