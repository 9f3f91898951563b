package dev.gotunnel.tunnel;

import dev.gotunnel.platform.OperatingSystem;

/** A name that this machine does not lead to itself, and the line that mends it. */
final class NameLimitation {
    private NameLimitation() {}

    static Limitation of(String name, String urlThatWorks) {
        String fix = OperatingSystem.current() == OperatingSystem.WINDOWS
                ? "As administrator, add the line \"127.0.0.1 " + name
                        + "\" to C:\\Windows\\System32\\drivers\\etc\\hosts"
                : "sudo sh -c \"printf '127.0.0.1 " + name + "\\n::1 " + name + "\\n' >> /etc/hosts\"";
        return new Limitation(
                "name-unresolved", name + " does not lead to this machine yet; " + urlThatWorks + " does.", fix);
    }
}
