package dev.gotunnel.trust;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How the families of Linux distributions let an administrator add a certificate authority. */
enum LinuxFamily {
    DEBIAN(
            "debian ubuntu",
            "/usr/local/share/ca-certificates",
            "update-ca-certificates",
            "update-ca-certificates --fresh",
            "/etc/ssl/certs/ca-certificates.crt"),
    FEDORA(
            "fedora rhel centos",
            "/etc/pki/ca-trust/source/anchors",
            "update-ca-trust",
            "update-ca-trust",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
    ARCH(
            "arch",
            "/etc/ca-certificates/trust-source/anchors",
            "update-ca-trust",
            "update-ca-trust",
            "/etc/ca-certificates/extracted/tls-ca-bundle.pem"),
    OPENSUSE(
            "opensuse suse sles",
            "/etc/pki/trust/anchors",
            "update-ca-certificates",
            "update-ca-certificates",
            "/var/lib/ca-certificates/ca-bundle.pem"),
    ALPINE(
            "alpine",
            "/usr/local/share/ca-certificates",
            "update-ca-certificates",
            "update-ca-certificates --fresh",
            "/etc/ssl/certs/ca-certificates.crt");

    private final String ids;
    private final String anchors;
    private final String afterInstall;
    private final String afterRemove;
    private final String bundle;

    LinuxFamily(String ids, String anchors, String afterInstall, String afterRemove, String bundle) {
        this.ids = ids;
        this.anchors = anchors;
        this.afterInstall = afterInstall;
        this.afterRemove = afterRemove;
        this.bundle = bundle;
    }

    /** The family by a line {@code ID=} or {@code ID_LIKE=} of os-release; the former decides. */
    static Optional<LinuxFamily> of(List<String> osRelease) {
        return value("ID=", osRelease).or(() -> value("ID_LIKE=", osRelease));
    }

    private static Optional<LinuxFamily> value(String key, List<String> osRelease) {
        return osRelease.stream()
                .filter(line -> line.startsWith(key))
                .flatMap(line -> Arrays.stream(
                        line.substring(key.length()).replaceAll("[\"']", "").split("[\\s-]+")))
                .flatMap(id -> Arrays.stream(values())
                        .filter(family -> words(family.ids).contains(id)))
                .findFirst();
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    /** Where files with authorities go. */
    String anchors() {
        return anchors;
    }

    /** What makes a new one known. */
    List<String> afterInstall() {
        return words(afterInstall);
    }

    /** What makes known that one is gone. */
    List<String> afterRemove() {
        return words(afterRemove);
    }

    /** The file with all authorities that OpenSSL and its like read. */
    String bundle() {
        return bundle;
    }
}
