package dev.gotunnel.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Finding.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That one check which fails or hangs keeps none of the others. */
@Timeout(60)
class MachineDoctorTest {
    private static Check check(String subject, Supplier<List<Finding>> look) {
        return new Check() {
            @Override
            public String subject() {
                return subject;
            }

            @Override
            public List<Finding> look() {
                return look.get();
            }
        };
    }

    private static List<Finding> examine(Duration patience, Check... checks) {
        return new MachineDoctor(List.of(checks), patience).examine();
    }

    @Test
    void tellsInTheOrderOfTheChecksThoughTheyRunAtOnce() {
        CountDownLatch second = new CountDownLatch(1);
        List<Finding> found = examine(
                Duration.ofSeconds(30),
                check("a", () -> {
                    try {
                        second.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return List.of(Finding.ok("a", "First."));
                }),
                check("b", () -> {
                    second.countDown();
                    return List.of(Finding.ok("b", "Second."), Finding.ok("b", "Third."));
                }));
        assertEquals(
                List.of("First.", "Second.", "Third."),
                found.stream().map(Finding::what).toList());
    }

    @Test
    void aCheckThatFailsIsBrokenInItsOwnWords() {
        List<Finding> found = examine(
                Duration.ofSeconds(30),
                check("a", () -> {
                    throw new GotunnelException(ErrorCode.IO, "The disk is gone.", "Plug it in.");
                }),
                check("b", () -> {
                    throw new IllegalStateException("a defect");
                }),
                check("c", () -> List.of(Finding.ok("c", "Fine."))));
        assertEquals(
                List.of(
                        Finding.broken("a", "The disk is gone.", "", "Plug it in."),
                        Finding.broken(
                                "b",
                                "gotunnel failed unexpectedly.",
                                "",
                                "Run the command again with --debug and report what it prints."),
                        Finding.ok("c", "Fine.")),
                found);
    }

    @Test
    void aCheckThatHangsIsToldAndNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        List<Finding> found = examine(Duration.ofMillis(50), check("a", () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        }));
        assertEquals(Level.WARNING, found.getFirst().level());
        assertEquals("It could not be found out in time.", found.getFirst().what());
    }
}
