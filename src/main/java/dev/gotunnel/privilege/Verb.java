package dev.gotunnel.privilege;

/** What the privileged helper can do to the machine, one thing each. Its words are the helper's only argument. */
public enum Verb {
    /** Gives this user exactly some names in the hosts file: {@code {"names": […]}}. */
    HOSTS_APPLY("hosts-apply", Permission.MODIFY_HOSTS_FILE, "change the hosts file"),
    /** Takes all names of this user out of the hosts file: no data. */
    HOSTS_RESTORE("hosts-restore", Permission.MODIFY_HOSTS_FILE, "change the hosts file"),
    /** Has the system trust an authority: {@code {"certificate": PEM}}. */
    TRUST_INSTALL("trust-install", Permission.INSTALL_CERTIFICATES, "change the system's trust store"),
    /** Takes an authority out again: {@code {"fingerprint": SHA-256 in lower-case hexadecimal digits}}. */
    TRUST_REMOVE("trust-remove", Permission.INSTALL_CERTIFICATES, "change the system's trust store"),
    /** Lets every user listen on 80 and 443: no data. */
    PORTS_ENABLE("ports-enable", Permission.BIND_PRIVILEGED_PORTS, "open the ports 80 and 443"),
    /** Takes that back: no data. */
    PORTS_DISABLE("ports-disable", Permission.BIND_PRIVILEGED_PORTS, "close the ports 80 and 443"),
    /** Allows names below one more suffix: {@code {"suffix": …}}. */
    SUFFIX_ADD("suffix-add", Permission.INSTALL_CERTIFICATES, "allow names below another domain"),
    /** Takes a suffix off the list: {@code {"suffix": …}}. */
    SUFFIX_REMOVE("suffix-remove", Permission.INSTALL_CERTIFICATES, "take a domain off the list of allowed ones");

    private final String word;
    private final Permission permission;
    private final String deed;

    Verb(String word, Permission permission, String deed) {
        this.word = word;
        this.permission = permission;
        this.deed = deed;
    }

    /** The helper's argument. */
    public String word() {
        return word;
    }

    /** What the user is asked for. */
    public Permission permission() {
        return permission;
    }

    /** What it does, as it stands after "to". */
    public String deed() {
        return deed;
    }

    /** The action of polkit that decides on it. */
    String action() {
        return "dev.gotunnel." + word;
    }
}
