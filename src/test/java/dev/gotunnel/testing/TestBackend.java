package dev.gotunnel.testing;

import dev.gotunnel.proxy.KeyMaterial;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server on a port of loopback that does on each connection what a test scripts, byte for byte, and remembers what it
 * was sent. A script runs on its own thread and may block.
 */
public final class TestBackend implements AutoCloseable {
    private static final int REMEMBERED_BYTES = 1 << 20;

    private final ServerSocket server;
    private final Script script;
    private final Set<Peer> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /** What happens on one connection; it is closed when the script returns. */
    @FunctionalInterface
    public interface Script {
        void run(Peer peer) throws Exception;
    }

    /** What answers one request of a connection that is kept alive. */
    @FunctionalInterface
    public interface Answer {
        void to(Request request, Peer peer) throws Exception;
    }

    /**
     * The head of a request as it arrived.
     *
     * @param line the request line
     * @param fields the fields by their names in lower case; those that came more than once joined by a line break
     */
    public record Request(String line, Map<String, String> fields, String text) {
        public String method() {
            return line.substring(0, line.indexOf(' '));
        }

        public String target() {
            return line.split(" ")[1];
        }

        public String field(String name) {
            return fields.getOrDefault(name, "");
        }
    }

    private TestBackend(ServerSocket server, InetAddress address, int port, Script script) throws IOException {
        this.server = server;
        this.script = script;
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(address, port), 200);
        Thread.ofVirtual().name("backend").start(this::accept);
    }

    /** A backend on 127.0.0.1 that runs the script on every connection. */
    public static TestBackend scripted(Script script) {
        return on("127.0.0.1", 0, script);
    }

    public static TestBackend on(String address, int port, Script script) {
        try {
            return new TestBackend(new ServerSocket(), InetAddress.getByName(address), port, script);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * A backend on 127.0.0.1 that speaks TLS, and HTTP/1.1 in it.
     *
     * @param offered gets the protocols that each client offers by ALPN
     */
    public static TestBackend secure(KeyMaterial material, Collection<List<String>> offered, Script script) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry(
                    "leaf", material.key(), new char[0], material.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            ServerSocket server = context.getServerSocketFactory().createServerSocket();
            return new TestBackend(server, InetAddress.getByName("127.0.0.1"), 0, peer -> {
                SSLSocket socket = (SSLSocket) peer.socket;
                socket.setHandshakeApplicationProtocolSelector((_, protocols) -> {
                    offered.add(protocols);
                    return "http/1.1";
                });
                socket.startHandshake();
                script.run(peer);
            });
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A backend that answers one request after the other. */
    public static TestBackend answering(Answer answer) {
        return scripted(serving(answer));
    }

    /** A backend that answers 200 with its name. */
    public static TestBackend saying(String text) {
        return answering((_, peer) -> peer.respond(200, text));
    }

    /** The script that reads requests until the connection ends; an answer that wants the body reads it. */
    public static Script serving(Answer answer) {
        return peer -> {
            for (Request request = peer.readHead(); request != null; request = peer.readHead()) {
                answer.to(request, peer);
            }
        };
    }

    public int port() {
        return server.getLocalPort();
    }

    /** How many connections it has accepted, the engine's looks at its health included. */
    public int accepted() {
        return accepted.get();
    }

    /** The heads that it has read. */
    public List<Request> requests() {
        return requests;
    }

    /** How many connections are open. */
    public int open() {
        return open.size();
    }

    /** The first bytes that arrived, of all connections in the order of their arrival. */
    public String received() {
        synchronized (received) {
            return received.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** What scripts threw: a connection that the other side closed is nothing to be surprised at, the rest is. */
    public ConcurrentLinkedQueue<Throwable> failures() {
        return failures;
    }

    private void accept() {
        try {
            while (true) {
                Peer peer = new Peer(server.accept());
                accepted.incrementAndGet();
                open.add(peer);
                Thread.ofVirtual().name("backend-connection").start(() -> serve(peer));
            }
        } catch (IOException e) {
            // Closed by the test.
            return;
        }
    }

    private void serve(Peer peer) {
        try (peer) {
            script.run(peer);
        } catch (Exception | AssertionError e) {
            failures.add(e);
        } finally {
            open.remove(peer);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Peer peer : open) {
                peer.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** One accepted connection. */
    public final class Peer implements Closeable {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            this.in = socket.getInputStream();
            this.out = socket.getOutputStream();
        }

        /** One byte; -1 at the end. */
        public int read() throws IOException {
            int b = in.read();
            if (b >= 0) {
                remember(new byte[] {(byte) b}, 1);
            }
            return b;
        }

        /** Some bytes; -1 at the end. */
        public int read(byte[] into) throws IOException {
            int n = in.read(into);
            remember(into, n);
            return n;
        }

        public byte[] readFully(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            remember(bytes, bytes.length);
            if (bytes.length < length) {
                throw new EOFException();
            }
            return bytes;
        }

        private void remember(byte[] bytes, int count) {
            synchronized (received) {
                if (count > 0 && received.size() < REMEMBERED_BYTES) {
                    received.write(bytes, 0, count);
                }
            }
        }

        /** The next request without its body; null when the connection ends instead. */
        public Request readHead() throws IOException {
            StringBuilder text = new StringBuilder();
            while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
                int b = read();
                if (b < 0) {
                    return null;
                }
                text.append((char) b);
            }
            String[] lines = text.toString().split("\r\n");
            Map<String, String> fields = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                fields.merge(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip(),
                        (a, b) -> a + "\n" + b);
            }
            Request request = new Request(lines[0], fields, text.toString());
            requests.add(request);
            return request;
        }

        /** The body of a request just read, chunks put together, trailers included in {@link #received()} only. */
        public byte[] readBody(Request request) throws IOException {
            if (!request.field("content-length").isEmpty()) {
                return readFully(Integer.parseInt(request.field("content-length")));
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (request.field("transfer-encoding").equals("chunked")) {
                for (int size = chunkSize(); size > 0; size = chunkSize()) {
                    body.write(readFully(size));
                    readLine();
                }
                while (!readLine().isEmpty()) {
                    // Trailers.
                }
            }
            return body.toByteArray();
        }

        private int chunkSize() throws IOException {
            return Integer.parseInt(readLine(), 16);
        }

        private String readLine() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = read(); b != '\n'; b = read()) {
                if (b < 0) {
                    throw new EOFException();
                }
                line.append((char) b);
            }
            return line.toString().strip();
        }

        /** Sends text as it is, one byte a character. */
        public void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        public void send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** A response with a length. */
        public void respond(int status, String body) throws IOException {
            send("HTTP/1.1 " + status + " Told\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        /** Reads until the other side ends the connection. */
        public void awaitEnd() throws IOException {
            byte[] rest = new byte[8192];
            while (read(rest) >= 0) {
                // What comes is of no interest.
            }
        }

        /** Ends the connection with a reset instead of an orderly close. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
