package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateFiles;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.cert.PemFiles;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.proxy.KeyMaterial;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryCertificates;
import dev.gotunnel.testing.TestClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** When certificates are replaced while a tunnel serves, and what is told when that fails. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the keys of these tests are closed by modes")
class RotationTest {
    private static final Duration TICK = Duration.ofSeconds(10);
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir
    Path temp;

    private final InMemoryCertificates authority = new InMemoryCertificates();
    private final TestClock wall = new TestClock();
    private final List<TunnelId> told = new ArrayList<>();
    private final List<Map<String, KeyMaterial>> replaced = new ArrayList<>();
    private final TunnelCertificates certificates = new TunnelCertificates(authority, wall, Telemetry.off(), told::add);
    private long steady;
    private int forgotten;
    private final Rotation rotation = new Rotation(certificates, () -> forgotten++, wall, () -> steady);

    private TunnelSpec spec(String domain, @Nullable CertificateFiles own) {
        return new TunnelSpec(
                TunnelId.parse("default/shop"),
                new DomainName(domain),
                List.of(new BackendAddress("localhost", 3000)),
                true,
                null,
                TrafficPolicy.NONE,
                List.of(),
                null,
                own == null ? null : new OwnCertificate(own.certificate(), own.key()));
    }

    private Map<String, KeyMaterial> begin(TunnelSpec spec) {
        return certificates.begin(spec, replaced::add);
    }

    /** Ten seconds, by both clocks. */
    private void tick() {
        wall.pass(TICK);
        steady += TICK.toNanos();
        rotation.tick();
    }

    private List<String> limitations() {
        return certificates.limitations(TunnelId.parse("default/shop")).stream()
                .map(limitation -> limitation.code() + ": " + limitation.message())
                .toList();
    }

    private static Object certificate(Map<String, KeyMaterial> proofs, String name) {
        return proofs.get(name).chain().getFirst();
    }

    @Test
    void looksEveryHalfHourAndNotBefore() {
        begin(spec("shop.test", null));
        authority.cleanupCert("shop.test");
        for (int i = 1; i < 180; i++) {
            tick();
        }
        assertEquals(0, replaced.size());
        tick();
        assertEquals(1, replaced.size());
        assertEquals(1, forgotten);
        assertEquals(Set.of("shop.test", "shop.localhost"), replaced.getFirst().keySet());
    }

    @Test
    void looksAtOnceWhenTheClockIsSetForwardsOrBackwards() {
        begin(spec("shop.test", null));
        for (Duration jump : List.of(Duration.ofDays(80), Duration.ofDays(-200), Duration.ofMinutes(1))) {
            authority.cleanupCert("shop.test");
            tick();
            int before = replaced.size();
            wall.pass(jump);
            tick();
            assertEquals(before + 1, replaced.size(), "after " + jump);
        }
    }

    @Test
    void looksAtOnceAfterASleepThatBothClocksSaw() {
        begin(spec("shop.test", null));
        authority.cleanupCert("shop.test");
        wall.pass(Duration.ofHours(8));
        steady += Duration.ofHours(8).toNanos();
        tick();
        assertEquals(1, replaced.size());
    }

    @Test
    void aClockThatIsKeptRightIsNoJump() {
        begin(spec("shop.test", null));
        authority.cleanupCert("shop.test");
        wall.pass(Duration.ofSeconds(2));
        tick();
        assertEquals(0, replaced.size());
    }

    @Test
    void looksAtOnceWhenTheAuthorityIsAnother() {
        Map<String, KeyMaterial> first = begin(spec("shop.test", null));
        authority.replaceAuthority();
        tick();
        assertEquals(1, replaced.size());
        assertEquals(1, forgotten, "what was made for no tunnel is of the old one as well");
        assertNotEquals(certificate(first, "shop.test"), certificate(replaced.getFirst(), "shop.test"));
    }

    @Test
    void anAddedNameIsProvenAtOnce() {
        begin(spec("shop.test", null));
        certificates.cover(TunnelId.parse("default/shop"), Set.of("192.168.1.5", "fe80::1"));
        KeyMaterial now = replaced.getFirst().get("shop.test");
        Leaf leaf = new Leaf(now.key(), now.chain());
        assertTrue(
                leaf.names().containsAll(Set.of("shop.test", "shop.localhost", "192.168.1.5")),
                () -> leaf.names().toString());
    }

    @Test
    void aTunnelThatEndedIsNotRenewed() {
        TunnelSpec spec = spec("shop.test", null);
        begin(spec);
        certificates.end(spec, false);
        authority.replaceAuthority();
        tick();
        assertEquals(0, replaced.size());
        assertEquals(Set.of(), authority.kept());
        assertEquals(List.of(), limitations());
    }

    @Test
    void troubleWithTheAuthorityIsALimitationOfEveryTunnelUntilItIsOver() {
        begin(spec("shop.test", null));
        assertEquals(List.of(), limitations());
        authority.troubleWith(new GotunnelException(ErrorCode.CERTIFICATE, "It is gone.", "Make one."));
        tick();
        assertEquals(List.of("certificate-authority: It is gone."), limitations());
        assertEquals(1, told.size());
        tick();
        assertEquals(1, told.size(), "told once");
        authority.troubleWith(null);
        tick();
        assertEquals(List.of(), limitations());
        assertEquals(2, told.size());
        assertEquals(0, replaced.size(), "and what was good went on");
    }

    @Test
    void aFailedRenewalKeepsTheOldOneAndIsTold() {
        begin(spec("shop.test", null));
        authority.failWith(new GotunnelException(ErrorCode.IO, "The disk is full.", "Make room."));
        rotation.lookAtAll();
        assertEquals(List.of("certificate: The disk is full."), limitations());
        authority.failWith(null);
        rotation.lookAtAll();
        assertEquals(List.of(), limitations());
        assertEquals(0, replaced.size());
    }

    @Test
    void aNameThatTheAuthorityMayNotSignIsLeftOutAndTold() {
        authority.signOnlyBelow("local", "test", "localhost");
        Map<String, KeyMaterial> proofs = begin(spec("shop.dev.example.com", null));
        assertEquals(
                List.of("certificate: The certificate authority may not sign for shop.dev.example.com, so browsers warn"
                        + " there."),
                limitations());
        assertEquals(certificate(proofs, "shop.dev.example.localhost"), certificate(proofs, "shop.dev.example.com"));
        authority.signOnlyBelow("local", "test", "localhost", "dev.example.com");
        rotation.lookAtAll();
        assertEquals(List.of(), limitations());
        assertEquals(1, replaced.size());
    }

    // ---- certificates of the user's own

    private PemFiles pem() throws Exception {
        return new PemFiles(temp, wall.instant());
    }

    @Test
    void theUsersOwnProvesTheDomainAndOursTheNameUnderLocalhost() throws Exception {
        CertificateFiles own = pem().write("own", "EC", YEAR, "shop.example.com");
        Map<String, KeyMaterial> proofs = begin(spec("shop.example.com", own));
        assertEquals(own.read(wall.instant()).certificate(), certificate(proofs, "shop.example.com"));
        assertNotEquals(certificate(proofs, "shop.example.com"), certificate(proofs, "shop.example.localhost"));
        assertEquals(List.of(), limitations());
    }

    @Test
    void itIsReadAgainWhenItsFilesChange() throws Exception {
        PemFiles pem = pem();
        CertificateFiles own = pem.write("own", "EC", YEAR, "shop.example.com");
        begin(spec("shop.example.com", own));
        tick();
        assertEquals(0, replaced.size());
        pem.write("own", "RSA", YEAR, "shop.example.com");
        tick();
        assertEquals(1, replaced.size());
        assertEquals(own.read(wall.instant()).certificate(), certificate(replaced.getFirst(), "shop.example.com"));
        tick();
        assertEquals(1, replaced.size());
    }

    @Test
    void halfANewPairKeepsTheOldOneUntilTheOtherHalfComes() throws Exception {
        PemFiles pem = pem();
        CertificateFiles own = pem.write("own", "EC", YEAR, "shop.example.com");
        begin(spec("shop.example.com", own));
        CertificateFiles next = pem.write("next", "EC", YEAR, "shop.example.com");
        Files.move(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
        tick();
        assertEquals(0, replaced.size());
        assertTrue(limitations().toString().contains("is not that of the certificate in"), limitations()::toString);
        Files.move(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
        tick();
        assertEquals(1, replaced.size());
        assertEquals(List.of(), limitations());
    }

    @Test
    void aDeletedFileKeepsWhatWasRead() throws Exception {
        CertificateFiles own = pem().write("own", "EC", YEAR, "shop.example.com");
        begin(spec("shop.example.com", own));
        Files.delete(own.key());
        tick();
        assertEquals(0, replaced.size());
        assertEquals(1, limitations().size());
        assertEquals(1, told.size());
    }

    @Test
    void theNamesThatItHasAreToldWhenTheDomainIsNotAmongThem() throws Exception {
        CertificateFiles own = pem().write("own", "EC", YEAR, "www.example.com", "example.com");
        begin(spec("shop.example.com", own));
        assertEquals(
                List.of(
                        "certificate: The certificate of default/shop is not for shop.example.com but for www.example.com,"
                                + " example.com: browsers warn."),
                limitations());
    }

    @Test
    void theEndOfItsTimeIsToldTwoWeeksAhead() throws Exception {
        CertificateFiles own = pem().write("own", "EC", Duration.ofDays(20), "shop.example.com");
        begin(spec("shop.example.com", own));
        assertEquals(List.of(), limitations());
        wall.pass(Duration.ofDays(7));
        tick();
        assertEquals(1, limitations().size());
        assertTrue(limitations().getFirst().contains(" expires on 20"), limitations()::toString);
    }

    @Test
    void oneThatCannotBeUsedFailsTheStart() throws Exception {
        CertificateFiles own = pem().write("own", "EC", YEAR, "shop.example.com");
        Files.writeString(own.key(), "nonsense");
        Failures.of(ErrorCode.CERTIFICATE, () -> begin(spec("shop.example.com", own)));
        assertEquals(List.of(), limitations());
    }

    @Test
    void itServesEvenWithoutAnAuthority() throws Exception {
        authority.failWith(new GotunnelException(ErrorCode.CERTIFICATE, "It is damaged.", "Mend it."));
        CertificateFiles own = pem().write("own", "EC", YEAR, "shop.example.com");
        Map<String, KeyMaterial> proofs = begin(spec("shop.example.com", own));
        assertEquals(2, proofs.size());
        assertEquals(List.of("certificate-authority: It is damaged."), limitations());
    }
}
