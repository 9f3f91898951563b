package dev.gotunnel.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;

/** A client that sends the bytes that a test gives it, and reads HTTP/1.1 responses without mending them. */
public final class WireClient implements Closeable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /**
     * A response.
     *
     * @param fields the fields by their names in lower case; those that came more than once joined by a line break
     */
    public record Response(int status, Map<String, String> fields, byte[] body) {
        public String field(String name) {
            return fields.getOrDefault(name, "");
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    public WireClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Sends text as it is, one byte a character. */
    public WireClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public WireClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** Sends a request without a body. */
    public WireClient get(String host, String target) throws IOException {
        return send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    /** The certificate that the server proved its name with. */
    public Certificate certificate() throws IOException {
        return ((SSLSocket) socket).getSession().getPeerCertificates()[0];
    }

    public InputStream in() {
        return in;
    }

    /** The head of the next response, with no body. */
    public Response readHead() throws IOException {
        String line = readLine();
        if (!line.startsWith("HTTP/1.1 ")) {
            throw new AssertionError("no status line: " + line);
        }
        return new Response(Integer.parseInt(line.substring(9, 12)), readFields(), new byte[0]);
    }

    /** The next response to anything but HEAD; fails with {@link EOFException} when it ends before it is complete. */
    public Response readResponse() throws IOException {
        Response head = readHead();
        boolean bodiless = head.status() < 200 || head.status() == 204 || head.status() == 304;
        return bodiless ? head : new Response(head.status(), head.fields(), readBody(head));
    }

    private byte[] readBody(Response head) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (head.field("transfer-encoding").equals("chunked")) {
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                body.write(readFully(size));
                readLine();
            }
            head.fields().putAll(readFields());
        } else if (!head.field("content-length").isEmpty()) {
            body.write(readFully(Integer.parseInt(head.field("content-length"))));
        } else {
            in.transferTo(body);
        }
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(readLine(), 16);
    }

    private Map<String, String> readFields() throws IOException {
        Map<String, String> fields = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            fields.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (a, b) -> a + "\n" + b);
        }
        return fields;
    }

    public byte[] readFully(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    public String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("after: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /** All that comes until the server ends the connection, cleanly or not. */
    public byte[] readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("not closed after: " + all.toString(StandardCharsets.ISO_8859_1), e);
        } catch (IOException e) {
            // A reset ends it as well.
            return all.toByteArray();
        }
        return all.toByteArray();
    }

    /** Whether the server ends the connection, cleanly or not, with nothing more said. */
    public boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Ends the connection with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
