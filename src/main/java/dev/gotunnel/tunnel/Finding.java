package dev.gotunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gotunnel.error.GotunnelException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the doctor found. Its JSON form is the public output of {@code gotunnel doctor --format json}: keys are
 * added, never renamed or removed.
 *
 * @param check the subject, a stable word such as {@code trust}
 * @param level how bad it is
 * @param what one sentence: what is so
 * @param why what comes of it, or why it is so; empty when that goes without saying
 * @param fix what to do, usually a command; empty when nothing is to be done
 * @param repair does it; null when only the user can
 */
@JsonPropertyOrder({"check", "level", "what", "why", "fix", "repairable"})
public record Finding(
        String check,
        Level level,
        String what,
        String why,
        String fix,
        @JsonIgnore @Nullable Repair repair) {
    /** From good to bad. */
    public enum Level {
        /** As it should be. */
        OK,
        /** Worth knowing; nothing has to be done. */
        NOTE,
        /** Something works less well than it could. */
        WARNING,
        /** Something does not work. */
        BROKEN;

        /** As it stands in JSON. */
        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is as it should be. */
    public static Finding ok(String check, String what) {
        return new Finding(check, Level.OK, what, "", "", null);
    }

    /** What is worth knowing. */
    public static Finding note(String check, String what, String why, String fix) {
        return new Finding(check, Level.NOTE, what, why, fix, null);
    }

    /** What works less well than it could. */
    public static Finding warning(String check, String what, String why, String fix) {
        return new Finding(check, Level.WARNING, what, why, fix, null);
    }

    /** What does not work. */
    public static Finding broken(String check, String what, String why, String fix) {
        return new Finding(check, Level.BROKEN, what, why, fix, null);
    }

    /** What does not work, in the words of a failure. */
    public static Finding broken(String check, GotunnelException failure) {
        return broken(check, failure.getMessage(), "", Objects.requireNonNullElse(failure.hint(), ""));
    }

    /** The same, with what mends it. */
    public Finding mendedBy(Repair mend) {
        return new Finding(check, level, what, why, fix, mend);
    }

    /** Whether {@code gotunnel doctor --fix} can mend it. */
    @JsonProperty
    public boolean repairable() {
        return repair != null;
    }
}
