package dev.gotunnel.privilege;

/** What would happen if the privileged helper were asked for something now. */
public enum Outlook {
    /** It would do it, and nobody would be asked: this process is an administrator's, or a rule or an earlier answer allows it. */
    GRANTED,
    /** The user would be asked, by the system's own prompt. */
    ASKS,
    /** A rule of this machine forbids it, whatever the user says. */
    REFUSED,
    /** There is no helper, or no way to make it an administrator. */
    UNAVAILABLE
}
