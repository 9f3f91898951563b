package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them. */
public final class Amounts {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(|B|KB|MB|GB)");

    /** By how many bits a unit multiplies. */
    private static final Map<String, Integer> SHIFTS = Map.of("", 0, "B", 0, "KB", 10, "MB", 20, "GB", 30);

    private Amounts() {}

    /**
     * Reads {@code 500ms}, {@code 2s}, {@code 5m}, {@code 1h} or {@code 0}.
     *
     * @throws GotunnelException with {@code USAGE} when the text is none of these
     */
    public static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        if (!matcher.matches()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "\"" + text + "\" is not a time.", "Write 500ms, 2s, 5m or 1h.");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    /** A duration as {@link #duration(String)} reads it, in the largest unit that is exact. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    /**
     * Reads a number of bytes: {@code 512}, {@code 64KB}, {@code 10MB}, {@code 1GB}; a KB has 1,024 bytes.
     *
     * @throws GotunnelException with {@code USAGE} when the text is none of these
     */
    public static long size(String text) {
        Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            int bits = SHIFTS.getOrDefault(matcher.group(2), 0);
            if (amount <= Long.MAX_VALUE >> bits) {
                return amount << bits;
            }
        }
        throw new GotunnelException(
                ErrorCode.USAGE, "\"" + text + "\" is not a size.", "Write a number of bytes, 64KB, 10MB or 1GB.");
    }

    /** A number of bytes as {@link #size(String)} reads it, in the largest unit that is exact. */
    public static String text(long bytes) {
        if (bytes > 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "GB";
        }
        if (bytes > 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "MB";
        }
        return bytes > 0 && bytes % (1L << 10) == 0 ? (bytes >> 10) + "KB" : String.valueOf(bytes);
    }
}
