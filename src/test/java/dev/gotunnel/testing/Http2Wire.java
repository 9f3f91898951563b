package dev.gotunnel.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 connection on which a test sends the bytes that it likes, right ones or wrong ones, and reads frames without
 * mending them. Field blocks are written as literals, so that every one stands for itself.
 */
public final class Http2Wire implements Closeable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    public static final int PADDED = 8;
    public static final int WITH_PRIORITY = 32;
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int PATIENCE_MILLIS = 30_000;
    private static final int HEADER_BYTES = 9;

    private final Socket socket;
    private final InputStream in;
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);

    /** A frame as it came. */
    public record Frame(int type, int flags, int stream, byte[] payload) {
        public boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** Four bytes of the payload as a number. */
        public long word(int offset) {
            return ByteBuffer.wrap(payload).getInt(offset) & 0xffffffffL;
        }
    }

    private Http2Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
    }

    /** Connects without TLS; nothing has been sent. */
    public static Http2Wire plain(int port) throws IOException {
        return new Http2Wire(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Connects with TLS and agrees on HTTP/2; nothing has been sent inside it. */
    public static Http2Wire secure(EngineFixture fixture, String name) throws IOException {
        Socket tcp = new Socket(InetAddress.getLoopbackAddress(), fixture.securePort());
        SSLSocket socket = (SSLSocket)
                EngineFixture.trust().getSocketFactory().createSocket(tcp, name, fixture.securePort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new Http2Wire(socket);
    }

    /** Sends the preface and empty settings, and acknowledges the server's. */
    public Http2Wire greet() throws IOException {
        return send(text(PREFACE), frame(SETTINGS, 0, 0), frame(SETTINGS, ACK, 0));
    }

    public Http2Wire send(byte[]... parts) throws IOException {
        socket.getOutputStream().write(bytes(parts));
        socket.getOutputStream().flush();
        return this;
    }

    /** The next frame; null when the connection ends. */
    public Frame read() throws IOException {
        try {
            byte[] head = in.readNBytes(HEADER_BYTES);
            if (head.length < HEADER_BYTES) {
                return null;
            }
            ByteBuffer fields = ByteBuffer.wrap(head);
            int length = fields.getInt() >>> 8;
            byte[] payload = in.readNBytes(length);
            return new Frame(head[3], head[4] & 0xff, fields.getInt(5) & 0x7fffffff, payload);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no frame came", e);
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * What the server makes of it all in the end: the status of an answer, {@code RST_STREAM} or {@code GOAWAY} with the
     * error, or {@code closed}. Informational responses and everything that goes on are passed over.
     */
    public String outcome() throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.type() == GOAWAY) {
                return "GOAWAY " + error(frame.word(4));
            }
            if (frame.type() == RST_STREAM) {
                return "RST_STREAM " + error(frame.word(0));
            }
            if (frame.type() == HEADERS) {
                String status = String.valueOf(fields(frame).status());
                if (!status.startsWith("1")) {
                    return status;
                }
            }
        }
        return "closed";
    }

    /** The outcome of one stream, whatever happens to others. */
    public String outcome(int stream) throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.type() == GOAWAY) {
                return "GOAWAY " + error(frame.word(4));
            }
            if (frame.type() == RST_STREAM && frame.stream() == stream) {
                return "RST_STREAM " + error(frame.word(0));
            }
            if (frame.type() == HEADERS) {
                String status = String.valueOf(fields(frame).status());
                if (frame.stream() == stream) {
                    return status;
                }
            }
        }
        return "closed";
    }

    /** The next frame of a kind; what comes before it is passed over. */
    public Frame next(int type) throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.type() == type) {
                return frame;
            }
        }
        throw new AssertionError("closed before a frame of type " + type);
    }

    /** Decodes a field block; each has to pass here once, in the order in which they came. */
    public Http2Headers fields(Frame headers) {
        ByteBuf block = Unpooled.wrappedBuffer(headers.payload());
        try {
            return hpack.decodeHeaders(headers.stream(), block);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String error(long code) {
        Http2Error error = Http2Error.valueOf(code);
        return error == null ? Long.toString(code) : error.name();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    // ---- bytes

    public static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Bytes for a person to read. */
    public static String show(byte[] bytes) {
        StringBuilder shown = new StringBuilder();
        for (byte b : bytes) {
            if (b >= ' ' && b < 0x7f && b != '\\') {
                shown.append((char) b);
            } else {
                shown.append(String.format("\\x%02x", b));
            }
        }
        return shown.toString();
    }

    /** A frame whose length is right. */
    public static byte[] frame(int type, int flags, int stream, byte[]... payload) {
        byte[] content = bytes(payload);
        return bytes(frameHead(content.length, type, flags, stream), content);
    }

    public static byte[] frameHead(int length, int type, int flags, int stream) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .put((byte) (length >>> 16))
                .putShort((short) length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .array();
    }

    /** Numbers of four bytes. */
    public static byte[] words(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
        for (int value : values) {
            buffer.putInt(value);
        }
        return buffer.array();
    }

    public static byte[] octets(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    public static byte[] setting(int id, long value) {
        return ByteBuffer.allocate(6).putShort((short) id).putInt((int) value).array();
    }

    /** Fields as literals without indexing (RFC 7541 section 6.2.2), names and values in turn. */
    public static byte[] block(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            string(block, namesAndValues[i]);
            string(block, namesAndValues[i + 1]);
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream to, String text) {
        int length = text.length();
        if (length < 127) {
            to.write(length);
        } else {
            to.write(127);
            for (length -= 127; length >= 128; length >>>= 7) {
                to.write(length & 127 | 128);
            }
            to.write(length);
        }
        to.writeBytes(text(text));
    }
}
