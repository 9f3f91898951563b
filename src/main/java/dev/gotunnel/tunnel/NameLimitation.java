package dev.gotunnel.tunnel;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.platform.OperatingSystem;

/** A name that this machine does not lead to itself, and the line that mends it. */
final class NameLimitation {
    private NameLimitation() {}

    static Limitation of(DomainName domain, String urlThatWorks) {
        String name = domain.ascii();
        if (domain.isWildcard()) {
            return new Limitation(
                    "name-unresolved",
                    "The names " + name + " do not lead to this machine; " + urlThatWorks + " do in browsers.",
                    "A hosts file holds no wildcards: give it a line for each name that you need below "
                            + name.substring(2) + ".");
        }
        // Java, Node and Python do not lead .localhost names here by themselves, as browsers and curl do.
        String names = name + " " + domain.localhostName();
        String fix = OperatingSystem.current() == OperatingSystem.WINDOWS
                ? "As administrator, add the line \"127.0.0.1 " + names
                        + "\" to C:\\Windows\\System32\\drivers\\etc\\hosts"
                : "sudo sh -c \"printf '127.0.0.1 " + names + "\\n::1 " + names + "\\n' >> /etc/hosts\"";
        return new Limitation(
                "name-unresolved",
                name + " does not lead to this machine yet; " + urlThatWorks + " does in browsers.",
                fix);
    }
}
