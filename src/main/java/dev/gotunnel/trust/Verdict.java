package dev.gotunnel.trust;

/** Whether something is so, or could not be found out. */
public enum Verdict {
    YES,
    NO,
    UNKNOWN;

    /** The verdict where the question could be asked. */
    public static Verdict of(boolean answer) {
        return answer ? YES : NO;
    }
}
