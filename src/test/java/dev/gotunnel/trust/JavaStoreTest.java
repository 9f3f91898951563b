package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The authorities of Java installations, in every format that a Java has had. */
@DisabledOnOs(OS.WINDOWS)
class JavaStoreTest {
    private static final X509Certificate ROOT = EngineFixture.root();
    private static final X509Certificate FOREIGN =
            EngineFixture.issue(List.of("foreign.test")).certificate();

    @TempDir
    Path temp;

    private TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, Path.of("/"), Path.of("/"), Map.of());

    @BeforeEach
    void open() throws IOException {
        Path real = temp.toRealPath();
        places = new TrustPlaces(OperatingSystem.LINUX, real.resolve("root"), real.resolve("home"), Map.of());
    }

    private Path installation(Path home, String type, @Nullable String password)
            throws IOException, GeneralSecurityException {
        Path file = home.resolve("lib/security/cacerts");
        Files.createDirectories(file.resolveSibling(""));
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        store.setCertificateEntry("foreign", FOREIGN);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password == null ? null : password.toCharArray());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    private JavaStore found() {
        Map<Path, List<Path>> all = JavaInstallations.find(places);
        assertEquals(1, all.size(), all::toString);
        Map.Entry<Path, List<Path>> one = all.entrySet().iterator().next();
        return new JavaStore(one.getKey(), one.getValue(), places);
    }

    @ParameterizedTest
    @CsvSource({"JKS,changeit", "PKCS12,changeit", "PKCS12,"})
    void keepsTheFormatTheOthersAndTheMode(String type, @Nullable String password)
            throws IOException, GeneralSecurityException {
        Path file = installation(places.home().resolve(".jdks/jdk"), type, password);
        JavaStore store = found();
        assertEquals("java:jdk", store.name());
        assertNull(store.servedBy());
        try (TrustProbe probe = new TrustProbe(EngineFixture::issue)) {
            assertEquals(Verdict.NO, store.verify(probe));
            store.install(ROOT);
            byte[] once = Files.readAllBytes(file);
            store.install(ROOT);
            assertArrayEquals(once, Files.readAllBytes(file), "installed twice");
            assertEquals(List.of(ROOT), store.roots());
            assertEquals(Verdict.YES, store.verify(probe));
            assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            KeyStore read = KeyStore.getInstance(type);
            try (var in = Files.newInputStream(file)) {
                // As a Java reads its own authorities: without a password.
                read.load(in, null);
            }
            assertEquals(password == null || type.equals("JKS") ? 2 : 0, read.size());
            store.remove(ROOT);
            store.remove(ROOT);
            assertEquals(Verdict.NO, store.verify(probe));
        }
        KeyStore after = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
        assertEquals(type, after.getType().toUpperCase(Locale.ROOT));
        assertEquals(List.of(FOREIGN), JavaStore.certificates(after));
    }

    @Test
    void oneFileOfSeveralInstallationsIsOneStoreAndTheSystemsOwnIsCovered()
            throws IOException, GeneralSecurityException {
        Path shared = places.system("/etc/ssl/certs/java/cacerts");
        Files.createDirectories(shared.resolveSibling(""));
        Files.move(installation(temp.resolve("draft"), "JKS", "changeit"), shared);
        for (String name : List.of("java-17", "java-25")) {
            Path security = Files.createDirectories(places.system("/usr/lib/jvm/" + name + "/lib/security"));
            Files.createSymbolicLink(security.resolve("cacerts"), shared);
        }
        JavaStore store = found();
        assertEquals("java:java-17", store.name());
        assertEquals(shared + " (of 2 installations)", store.place());
        assertTrue(String.valueOf(store.servedBy()).contains("gotunnel trust install --store system"));
        byte[] before = Files.readAllBytes(shared);
        Failures.of(ErrorCode.NOT_PERMITTED, () -> store.install(ROOT));
        assertArrayEquals(before, Files.readAllBytes(shared));
    }

    @Test
    void findsTheOnesOfTheEnvironmentAndOldOnesButNothingOutsideARedirectedRoot()
            throws IOException, GeneralSecurityException {
        Path outside = temp.toRealPath().resolve("elsewhere/jdk");
        installation(outside, "JKS", "changeit");
        TrustPlaces everywhere = new TrustPlaces(
                OperatingSystem.LINUX,
                temp.toRealPath(),
                places.home(),
                Map.of("JAVA_HOME", outside.toString(), "PATH", "relative:\0:/nowhere"));
        assertEquals(1, JavaInstallations.find(everywhere).size());
        TrustPlaces redirected = new TrustPlaces(
                OperatingSystem.LINUX, places.root(), places.home(), Map.of("JAVA_HOME", outside.toString()));
        assertEquals(Map.of(), JavaInstallations.find(redirected));
        Path eight = places.home().resolve(".sdkman/candidates/java/8");
        installation(eight.resolve("jre"), "JKS", "changeit");
        assertEquals("java:8", found().name());
    }

    @Test
    void findsTheJavaOnThePathBehindItsLinks() throws IOException, GeneralSecurityException {
        Path home = places.home().resolve("tools/jdk-x");
        installation(home, "JKS", "changeit");
        Path java =
                Files.createFile(Files.createDirectories(home.resolve("bin")).resolve("java"));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path bin = Files.createDirectories(places.home().resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), java);
        places = new TrustPlaces(OperatingSystem.LINUX, places.root(), places.home(), Map.of("PATH", bin.toString()));
        assertEquals("java:jdk-x", found().name());
    }

    @Test
    void aPasswordOfItsOwnAndDamageAreTold() throws IOException, GeneralSecurityException {
        Path file = installation(places.home().resolve(".jdks/jdk"), "PKCS12", "secret");
        JavaStore store = new JavaStore(file, List.of(), places);
        GotunnelException locked = Failures.of(ErrorCode.NOT_PERMITTED, store::roots);
        assertNotNull(locked.hint());
        assertTrue(locked.hint().contains("keytool -importcert"), locked.hint());
        Files.writeString(file, "no key store");
        Failures.of(ErrorCode.IO, store::roots);
        Failures.of(ErrorCode.IO, () -> store.install(ROOT));
        assertEquals("no key store", Files.readString(file));
    }
}
