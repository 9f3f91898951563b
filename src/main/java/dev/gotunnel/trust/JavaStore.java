package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file {@code cacerts} of one or more Java installations. Written in place of the old one, with the same format. */
final class JavaStore implements TrustStore {
    private static final char[] STANDARD_PASSWORD = "changeit".toCharArray();

    private static final List<String> OF_SYSTEM =
            List.of("/etc/ssl/certs", "/etc/pki", "/etc/ca-certificates", "/var/lib/ca-certificates");

    private final Path file;
    private final List<Path> homes;
    private final TrustPlaces places;

    /**
     * A file.
     *
     * @param file as it really lies
     * @param homes the installations that read it, none when they are gone
     */
    JavaStore(Path file, List<Path> homes, TrustPlaces places) {
        this.file = file;
        this.homes = List.copyOf(homes);
        this.places = places;
    }

    @Override
    public String id() {
        return "java:" + file;
    }

    @Override
    public String name() {
        return "java:" + (homes.isEmpty() ? file : nameOf(homes.getFirst()));
    }

    /** A bundle's own name on macOS, instead of {@code Home}. */
    private static Path nameOf(Path home) {
        Path folder = home.endsWith("Contents/Home") ? home.resolve("../..").normalize() : home;
        return Objects.requireNonNullElse(folder.getFileName(), folder);
    }

    @Override
    public String place() {
        return homes.size() > 1 ? file + " (of " + homes.size() + " installations)" : file.toString();
    }

    @Override
    public boolean isFound() {
        return Files.exists(file);
    }

    @Override
    public boolean isShared() {
        return !file.startsWith(places.home());
    }

    @Override
    public boolean needsPrivilege() {
        return false;
    }

    private boolean isOfSystem() {
        return OF_SYSTEM.stream().anyMatch(folder -> file.startsWith(places.system(folder)));
    }

    @Override
    public @Nullable String servedBy() {
        if (isOfSystem()) {
            return "This Java reads the system's store, which is written for it: gotunnel trust install --store system";
        }
        Path folder = Objects.requireNonNull(file.getParent());
        if (!Files.isWritable(file) || !Files.isWritable(folder)) {
            return "This Java belongs to another user; tell it by the environment: eval \"$(gotunnel env)\"";
        }
        return null;
    }

    @Override
    public List<X509Certificate> roots() {
        return certificates().stream().filter(CertificateAuthority::isRoot).toList();
    }

    private List<X509Certificate> certificates() {
        try {
            return certificates(load(STANDARD_PASSWORD));
        } catch (IOException | GeneralSecurityException e) {
            throw failure("read", e);
        }
    }

    static List<X509Certificate> certificates(KeyStore store) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                found.add(certificate);
            }
        }
        return found;
    }

    private KeyStore load(char @Nullable [] password) throws IOException, GeneralSecurityException {
        // The first tells the format by the content, the second reads without a password what has none.
        KeyStore store = KeyStore.getInstance(
                KeyStore.getInstance(file.toFile(), STANDARD_PASSWORD).getType());
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        return store;
    }

    private GotunnelException failure(String what, Exception cause) {
        if (cause.getCause() instanceof UnrecoverableKeyException) {
            return new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "The Java authorities in " + file + " have a password of their own.",
                    "gotunnel trust export > gotunnel-ca.pem && keytool -importcert -noprompt -alias gotunnel"
                            + " -file gotunnel-ca.pem -keystore '" + file + "'",
                    cause);
        }
        if (cause instanceof IOException failed && !(cause.getCause() instanceof GeneralSecurityException)) {
            return PrivateFiles.unusable(what + " the Java authorities in " + file, file, failed);
        }
        return new GotunnelException(
                ErrorCode.IO,
                "The Java authorities in " + file + " are damaged.",
                "Install that Java anew, or use another one.",
                cause);
    }

    @Override
    public Verdict verify(TrustProbe probe) {
        return probe.accepts(certificates());
    }

    @Override
    public String change(X509Certificate root) {
        return "add " + CertificateAuthority.nameOf(root) + " to " + place();
    }

    @Override
    public List<Path> creates() {
        return List.of();
    }

    @Override
    public void install(X509Certificate root) {
        if (!roots().contains(root)) {
            change(store -> store.setCertificateEntry(
                    CertificateAuthority.nameOf(root).toLowerCase(Locale.ROOT).replace(' ', '-'), root));
        }
    }

    @Override
    public void remove(X509Certificate root) {
        if (isFound() && roots().contains(root)) {
            change(store -> {
                for (String alias : Collections.list(store.aliases())) {
                    if (root.equals(store.getCertificate(alias))) {
                        store.deleteEntry(alias);
                    }
                }
            });
        }
    }

    private interface Change {
        void to(KeyStore store) throws GeneralSecurityException;
    }

    private void change(Change change) {
        String elsewhere = servedBy();
        if (elsewhere != null) {
            throw new GotunnelException(ErrorCode.NOT_PERMITTED, "gotunnel does not change " + file + ".", elsewhere);
        }
        try {
            KeyStore store = load(STANDARD_PASSWORD);
            // Newer Java keeps its authorities unencrypted, and sees none of those that a password protects.
            boolean open =
                    store.getType().equalsIgnoreCase("PKCS12") && load(null).size() == store.size();
            change.to(store);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, open ? null : STANDARD_PASSWORD);
            PrivateFiles.write(file, bytes.toByteArray());
        } catch (IOException | GeneralSecurityException e) {
            throw failure("change", e);
        }
    }

    @Override
    public void tidy(List<Path> created) {}

    @Override
    public String byHand(X509Certificate root) {
        String elsewhere = servedBy();
        return elsewhere == null ? "gotunnel trust install --store " + name() : elsewhere;
    }

    /** A Java program reads the file when it makes its first connection. */
    @Override
    public String afterwards() {
        return "Java programs that run have to be started again.";
    }
}
