package dev.gotunnel.ui.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What to do about a limitation or a problem: the sentence to read, and the command in it that can be copied.
 *
 * @param text the whole advice
 * @param command the command to type, when the advice contains one
 */
public record Remedy(String text, Optional<String> command) {
    /** Advice is a command, or a sentence that ends with one: {@code Stop nginx, then: gotunnel ports enable}. */
    private static final Pattern COMMAND =
            Pattern.compile("(?:^|:\\s+)((?:(?:sudo|pkexec) \\S|gotunnel\\s).*?)\\.?$", Pattern.DOTALL);

    /** Finds the command in an advice. */
    public static Remedy of(String advice) {
        String text = advice.strip();
        Matcher matcher = COMMAND.matcher(text);
        return new Remedy(text, matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty());
    }

    /** What a copy button puts on the clipboard: the command, or the advice when it has none. */
    public String copyText() {
        return command.orElse(text);
    }
}
