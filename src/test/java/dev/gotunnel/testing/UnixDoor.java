package dev.gotunnel.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A Unix domain socket behind which a {@link TestBackend} stands: bytes pass through it both ways. */
public final class UnixDoor implements AutoCloseable {
    private final ServerSocketChannel server;
    private final SocketAddress behind;

    public UnixDoor(Path path, TestBackend backend) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        behind = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), backend.port());
        Thread.ofVirtual().name("backend").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel front = server.accept();
                SocketChannel back = SocketChannel.open(behind);
                Thread.ofVirtual().name("backend-connection").start(() -> pass(front, back));
                Thread.ofVirtual().name("backend-connection").start(() -> pass(back, front));
            }
        } catch (IOException e) {
            // Closed by the test.
            return;
        }
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        try (from;
                to) {
            ByteBuffer bytes = ByteBuffer.allocate(16 * 1024);
            while (from.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                bytes.clear();
            }
        } catch (IOException e) {
            // One side's end is the other's.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
