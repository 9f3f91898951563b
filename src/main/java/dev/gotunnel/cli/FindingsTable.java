package dev.gotunnel.cli;

import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Finding.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The doctor's findings for people: a line for each subject, and below it what is wrong, why, and how to mend it. */
final class FindingsTable {
    private static final String MARGIN = "      ";

    private FindingsTable() {}

    static List<String> lines(List<Finding> findings, boolean fixed) {
        Map<String, List<Finding>> subjects = new LinkedHashMap<>();
        findings.forEach(finding -> subjects.computeIfAbsent(finding.check(), _ -> new ArrayList<>())
                .add(finding));
        int width = subjects.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        subjects.forEach((subject, found) -> lines.addAll(lines(subject, found, width, fixed)));
        lines.add("");
        lines.addAll(summary(findings, fixed));
        return lines;
    }

    private static List<String> lines(String subject, List<Finding> found, int width, boolean fixed) {
        List<String> lines = new ArrayList<>();
        Level worst = found.stream().map(Finding::level).max(Level::compareTo).orElse(Level.OK);
        String title = subject.equals("mdns") ? "mDNS" : capitalised(subject);
        lines.add(mark(worst) + " " + title + " ".repeat(width - subject.length() + 2)
                + found.getFirst().what());
        details(lines, found.getFirst(), MARGIN, fixed);
        for (Finding finding : found.subList(1, found.size())) {
            lines.add(MARGIN + (finding.level() == Level.OK ? "" : mark(finding.level()) + " ") + finding.what());
            details(lines, finding, MARGIN + "    ", fixed);
        }
        return lines;
    }

    private static void details(List<String> lines, Finding finding, String indent, boolean fixed) {
        if (!finding.why().isEmpty()) {
            finding.why().lines().forEach(line -> lines.add(indent + line));
        }
        if (!finding.fix().isEmpty()) {
            boolean alsoByUs = finding.repairable() && !fixed && !finding.fix().contains("doctor --fix");
            lines.add(indent + "→ " + finding.fix() + (alsoByUs ? "   (or: gotunnel doctor --fix)" : ""));
        }
    }

    private static String mark(Level level) {
        return switch (level) {
            case OK -> "[✓]";
            case NOTE -> "[·]";
            case WARNING -> "[!]";
            case BROKEN -> "[✗]";
        };
    }

    private static String capitalised(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private static List<String> summary(List<Finding> findings, boolean fixed) {
        long broken = findings.stream().filter(f -> f.level() == Level.BROKEN).count();
        long warnings =
                findings.stream().filter(f -> f.level() == Level.WARNING).count();
        if (broken == 0 && warnings == 0) {
            return List.of("Everything is in order.");
        }
        List<String> lines = new ArrayList<>();
        lines.add((broken == 0 ? "Nothing is broken" : counted(broken, "thing is", "things are") + " broken")
                + (warnings == 0 ? "." : "; " + counted(warnings, "warning", "warnings") + "."));
        long repairable = findings.stream().filter(Finding::repairable).count();
        if (repairable > 0 && !fixed) {
            lines.add(counted(repairable, "of them is", "of them are") + " mended by: gotunnel doctor --fix");
        }
        return lines;
    }

    private static String counted(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
