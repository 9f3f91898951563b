package dev.gotunnel.privilege;

/** What gotunnel may need from the operating system beyond an ordinary user's rights. */
public enum Permission {
    /** Listen on 80 and 443. */
    BIND_PRIVILEGED_PORTS,
    /** Write names into the hosts file. */
    MODIFY_HOSTS_FILE,
    /** Add the certificate authority to the system's trust store. */
    INSTALL_CERTIFICATES
}
