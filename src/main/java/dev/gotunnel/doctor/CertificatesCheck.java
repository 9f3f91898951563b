package dev.gotunnel.doctor;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Repair;
import dev.gotunnel.tunnel.RootOfTrust;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** Whether the certificate authority and the certificates of tunnels can be used, and for how long. */
final class CertificatesCheck implements Check {
    private static final Duration SOON = Duration.ofDays(30);
    private final Path data;
    private final RootOfTrust authority;
    private final BooleanSupplier trusted;
    private final Clock clock;

    /**
     * @param authority opens the one in {@code data}; not asked when there is none
     * @param trusted whether programs trust a root of ours: then there has to be one
     */
    CertificatesCheck(Path data, RootOfTrust authority, BooleanSupplier trusted, Clock clock) {
        this.data = data;
        this.authority = authority;
        this.trusted = trusted;
        this.clock = clock;
    }

    @Override
    public String subject() {
        return "certificates";
    }

    private Path folder() {
        return data.resolve("ca");
    }

    @Override
    public List<Finding> look() {
        // Looking must not make one.
        boolean wasThere = Files.exists(data.resolve(CertificateStore.MADE));
        if (!Files.exists(folder()) && !wasThere && !trusted.getAsBoolean()) {
            return List.of(Finding.note(
                    subject(), "There is no certificate authority yet.", "The first tunnel makes it.", ""));
        }
        X509Certificate root;
        try {
            root = authority.rootCertificate();
        } catch (GotunnelException e) {
            return List.of(Finding.broken(
                    subject(), e.getMessage(), "No tunnel can start.", Objects.requireNonNullElse(e.hint(), "")));
        }
        List<Finding> found = new ArrayList<>();
        Instant end = root.getNotAfter().toInstant();
        LocalDate day = LocalDate.ofInstant(end, ZoneOffset.UTC);
        if (end.isBefore(clock.instant().plus(SOON))) {
            found.add(Finding.warning(
                    subject(),
                    "The certificate authority expires on " + day + ".",
                    "From then on no browser accepts a tunnel.",
                    "gotunnel trust renew"));
        }
        int good = leaves(found);
        if (found.isEmpty()) {
            found.add(Finding.ok(
                    subject(),
                    CertificateAuthority.nameOf(root) + " is good until " + day + "; "
                            + ConfigurationCheck.count(good, "certificate") + " of tunnels kept."));
        }
        return found;
    }

    /** Adds what is wrong with certificates of tunnels; returns how many are good. */
    private int leaves(List<Finding> found) {
        Path certificates = data.resolve("certs");
        int good = 0;
        if (!Files.isDirectory(certificates)) {
            return good;
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(certificates, "*.pem")) {
            entries.forEach(files::add);
        } catch (IOException e) {
            throw PrivateFiles.unusable("list " + certificates, certificates, e);
        }
        files.sort(null);
        for (Path file : files) {
            String wrong = wrongWith(file);
            if (wrong.isEmpty()) {
                good++;
            } else {
                found.add(Finding.warning(
                                subject(),
                                "The certificate in " + file + " " + wrong + ".",
                                "The next start of its tunnel makes a new one.",
                                "rm '" + file + "'")
                        .mendedBy(Repair.of("delete " + file, () -> delete(file))));
            }
        }
        return good;
    }

    private String wrongWith(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            List<X509Certificate> chain = Pem.certificates(text);
            if (chain.isEmpty()) {
                return "is damaged";
            }
            Pem.requirePair(Pem.privateKey(text), chain.getFirst());
            return chain.getFirst().getNotAfter().toInstant().isBefore(clock.instant()) ? "has expired" : "";
        } catch (IOException | GeneralSecurityException e) {
            return "is damaged";
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw PrivateFiles.unusable("delete " + file, file, e);
        }
    }
}
