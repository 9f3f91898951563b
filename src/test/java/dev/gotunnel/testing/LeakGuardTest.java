package dev.gotunnel.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class LeakGuardTest {
    @Test
    void seesABufferThatNobodyReleased() throws InterruptedException {
        BufferLeaks.found();
        PooledByteBufAllocator.DEFAULT.directBuffer(64).writeByte(1);
        List<String> found = BufferLeaks.found();
        assertEquals(1, found.size(), found::toString);
        assertTrue(found.getFirst().contains("never released"));
    }

    @Test
    void seesThreadsThatKeepTheProcessAliveAndThoseOfOurs() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Thread ours = Thread.ofPlatform().daemon().name("gotunnel-test").start(() -> await(end));
        Thread stubborn = Thread.ofPlatform().name("stubborn").start(() -> await(end));
        Thread harmless = Thread.ofPlatform().daemon().name("harmless").start(() -> await(end));
        Set<Thread> alive = ThreadsOfOurs.alive();
        end.countDown();
        for (Thread thread : List.of(ours, stubborn, harmless)) {
            thread.join();
        }
        assertTrue(alive.containsAll(List.of(ours, stubborn)));
        assertTrue(!alive.contains(harmless));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void seesListeningPorts() throws IOException {
        Set<String> before = OpenDescriptors.listeningPorts();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Set<String> more = new HashSet<>(OpenDescriptors.listeningPorts());
            more.removeAll(before);
            assertEquals(1, more.size());
            assertTrue(more.iterator().next().contains("port " + server.getLocalPort() + " "));
        }
        assertEquals(before, OpenDescriptors.listeningPorts());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void seesOpenTemporaryFiles() throws IOException {
        Path file = Files.createTempFile("left", "open");
        try (OutputStream _ = Files.newOutputStream(file)) {
            assertTrue(OpenDescriptors.temporaryFiles().contains("the open file " + file));
        }
        assertTrue(!OpenDescriptors.temporaryFiles().contains("the open file " + file));
        Files.delete(file);
    }
}
