package dev.gotunnel.doctor;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Doctor;
import dev.gotunnel.tunnel.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes all checks at once, since some of them wait for the network or for other programs. */
public final class MachineDoctor implements Doctor {
    private static final Logger LOG = LoggerFactory.getLogger(MachineDoctor.class);

    /** More than an unknown name takes that is looked up by mDNS, and less than patience lasts. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Check> checks;
    private final Duration patience;

    /** A doctor for these parts of a machine. */
    public MachineDoctor(ExaminedMachine machine) {
        this(machine.checks(), PATIENCE);
    }

    MachineDoctor(List<Check> checks, Duration patience) {
        this.checks = List.copyOf(checks);
        this.patience = patience;
    }

    @Override
    public List<Finding> examine() {
        List<Finding> found = new ArrayList<>();
        // Not closed: that would wait for a check which hangs.
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("gotunnel-check-", 0).factory());
        long end = System.nanoTime() + patience.toNanos();
        List<Future<List<Finding>>> running =
                checks.stream().map(check -> threads.submit(check::look)).toList();
        threads.shutdown();
        for (int i = 0; i < running.size(); i++) {
            found.addAll(result(checks.get(i), running.get(i), end));
        }
        return found;
    }

    private static List<Finding> result(Check check, Future<List<Finding>> running, long end) {
        try {
            return running.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            GotunnelException failure = GotunnelException.of(e);
            if (failure.code() == ErrorCode.INTERNAL) {
                LOG.warn("The check of {} failed", check.subject(), failure);
            }
            return List.of(Finding.broken(check.subject(), failure));
        } catch (TimeoutException e) {
            running.cancel(true);
            return List.of(Finding.warning(
                    check.subject(), "It could not be found out in time.", "", "Run the command again."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(Finding.warning(check.subject(), "It was not looked at to the end.", "", ""));
        }
    }
}
