package dev.gotunnel.doctor;

import dev.gotunnel.cert.Pem;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.tunnel.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Whether the clock can be right: not before anything that this machine has already written. */
final class ClockCheck implements Check {
    /** Less than certificates are backdated by. Time zones and daylight saving never matter here. */
    private static final Duration TOLERANCE = Duration.ofMinutes(10);

    private final Path data;
    private final Clock clock;
    private final OperatingSystem system;

    ClockCheck(Path data, Clock clock, OperatingSystem system) {
        this.data = data;
        this.clock = clock;
        this.system = system;
    }

    @Override
    public String subject() {
        return "clock";
    }

    @Override
    public List<Finding> look() {
        Path root = data.resolve("ca/root.crt");
        Instant now = clock.instant();
        if (!Files.isReadable(root)) {
            return List.of(Finding.ok(subject(), "It is " + now.truncatedTo(ChronoUnit.SECONDS) + "."));
        }
        try {
            Instant written = Files.getLastModifiedTime(root).toInstant();
            List<X509Certificate> found = Pem.certificates(Files.readString(root));
            if (found.isEmpty()) {
                return nothingToCompare();
            }
            Instant begin = found.getFirst().getNotBefore().toInstant();
            if (now.isBefore(begin)) {
                return List.of(Finding.broken(
                        subject(),
                        "The clock says " + now.truncatedTo(ChronoUnit.SECONDS)
                                + ", which is before this machine's certificates begin to be valid (" + begin + ").",
                        "Every browser refuses them until then.",
                        fix()));
            }
            if (now.plus(TOLERANCE).isBefore(written)) {
                return List.of(Finding.warning(
                        subject(),
                        "The clock says " + now.truncatedTo(ChronoUnit.SECONDS) + ", but " + root + " was written on "
                                + written.truncatedTo(ChronoUnit.SECONDS) + ".",
                        "It is slow now, or was fast then: certificates may end too early.",
                        fix()));
            }
        } catch (IOException | GeneralSecurityException e) {
            // What is wrong with that file is told among the certificates.
            return nothingToCompare();
        }
        return List.of(Finding.ok(
                subject(), "It is " + now.truncatedTo(ChronoUnit.SECONDS) + ", after all that was written here."));
    }

    private List<Finding> nothingToCompare() {
        return List.of(Finding.note(subject(), "There is nothing to compare the clock with.", "", ""));
    }

    private String fix() {
        return switch (system) {
            case LINUX -> "sudo timedatectl set-ntp true";
            case MACOS -> "sudo sntp -sS time.apple.com";
            case WINDOWS -> "As administrator: w32tm /resync";
        };
    }
}
