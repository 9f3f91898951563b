package dev.gotunnel.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request to the control socket and its answer. The JDK's HTTP client cannot open Unix sockets, and loading Netty
 * would take longer than many a command; the peer is our own server, which always closes the connection.
 */
final class HttpOverSocket implements AutoCloseable {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3}) .*");

    private final SocketChannel channel;
    private final InputStream in;
    private int status;
    private Map<String, String> headers = Map.of();

    /** Connects; throws when nobody listens on the socket. */
    HttpOverSocket(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        in = new BufferedInputStream(Channels.newInputStream(channel));
    }

    /** Sends a request and reads the answer's head. */
    void send(String method, String path, byte[] body) throws IOException {
        String head = method + " " + path + " HTTP/1.1\r\nHost: gotunnel\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
        ByteBuffer request = ByteBuffer.allocate(head.length() + body.length);
        request.put(head.getBytes(StandardCharsets.US_ASCII)).put(body).flip();
        while (request.hasRemaining()) {
            channel.write(request);
        }
        status = statusOf(line());
        Map<String, String> fields = new HashMap<>();
        for (String field = line(); !field.isEmpty(); field = line()) {
            int colon = field.indexOf(':');
            if (colon < 0) {
                throw new IOException("not a header: " + field);
            }
            fields.put(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 1).strip());
        }
        headers = fields;
    }

    private static int statusOf(String line) throws IOException {
        Matcher matcher = STATUS_LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IOException("not an answer of gotunnel: " + line);
        }
        return Integer.parseInt(matcher.group(1));
    }

    int status() {
        return status;
    }

    boolean isEventStream() {
        return ControlApi.EVENT_STREAM.equals(headers.get("content-type"));
    }

    /** The body to its end. */
    byte[] body() throws IOException {
        return in.readAllBytes();
    }

    /**
     * The next line, without its end; also one of an event stream.
     *
     * @throws EOFException when the peer has closed the connection
     */
    String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the owner of the engine closed the connection");
            }
            bytes.write(b);
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Whether this side has not ended the exchange. */
    boolean isOpen() {
        return channel.isOpen();
    }

    /** Ends the exchange; a thread that reads sees the end of the stream. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
