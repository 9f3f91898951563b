package dev.gotunnel.control;

import dev.gotunnel.config.TunnelFormat;
import dev.gotunnel.control.ControlApi.Problem;
import dev.gotunnel.control.ControlApi.RemovedMessage;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.EventBus;
import dev.gotunnel.tunnel.RootOfTrust;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The tunnels of the process that owns the engine, through its socket. Every call is a connection of its own and blocks;
 * any thread.
 */
public final class ControlClient implements TunnelService, RootOfTrust {
    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);
    private static final byte[] NOTHING = new byte[0];
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(3);

    private final Path socket;
    private final EventBus events = new EventBus();
    private @Nullable HttpOverSocket stream;

    /** A client of whoever listens on the socket; connects with the first call. */
    public ControlClient(Path socket) {
        this.socket = socket;
    }

    /**
     * Whether a live owner answers on the socket. A socket that a crashed owner left behind does not.
     *
     * @throws GotunnelException {@code OWNER_UNREACHABLE} when a process listens there and says nothing for seconds
     */
    public static boolean isAlive(Path socket) {
        AtomicBoolean silent = new AtomicBoolean();
        try (HttpOverSocket connection = new HttpOverSocket(socket)) {
            Thread impatient = Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(ANSWER_LIMIT);
                    silent.set(true);
                    connection.close();
                } catch (InterruptedException | IOException e) {
                    LOG.debug("It answered in time: {}", e.toString());
                }
            });
            try {
                connection.send("GET", ControlApi.PREFIX + "info", NOTHING);
                return connection.status() == 200;
            } finally {
                impatient.interrupt();
            }
        } catch (IOException | RuntimeException e) {
            if (silent.get()) {
                throw new GotunnelException(
                        ErrorCode.OWNER_UNREACHABLE,
                        "The running gotunnel does not answer.",
                        "If it is suspended, resume it (fg); else end that process and run the command again.",
                        e);
            }
            LOG.debug("Nobody answers on {}: {}", socket, e.toString());
            return false;
        }
    }

    private byte[] call(String method, String path, byte[] body) {
        try (HttpOverSocket connection = new HttpOverSocket(socket)) {
            connection.send(method, ControlApi.PREFIX + path, body);
            byte[] answer = connection.body();
            if (connection.status() != 200) {
                throw read(answer, Problem.class).toException();
            }
            return answer;
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private static GotunnelException unreachable(Exception cause) {
        return new GotunnelException(
                ErrorCode.OWNER_UNREACHABLE,
                "The gotunnel that owns the engine went away.",
                "Start a tunnel again: gotunnel start --port PORT --domain NAME",
                cause);
    }

    private <T> T read(byte[] json, Class<T> type) {
        try {
            return ControlApi.JSON.readValue(json, type);
        } catch (JacksonException e) {
            throw otherVersion(e);
        }
    }

    private static GotunnelException otherVersion(RuntimeException cause) {
        return new GotunnelException(
                ErrorCode.OWNER_UNREACHABLE,
                "The running gotunnel is of another version and does not understand this command.",
                "Stop it, then run the command again.",
                cause);
    }

    private static byte[] message(TunnelSpec spec) {
        return ControlApi.JSON.writeValueAsBytes(TunnelFormat.written(spec));
    }

    private static String path(TunnelId id) {
        return "tunnels/" + id.profile() + "/" + id.name();
    }

    @Override
    public List<Tunnel> list() {
        return List.of(read(call("GET", "tunnels", NOTHING), Tunnel[].class));
    }

    @Override
    public Tunnel start(TunnelSpec spec) {
        return read(call("POST", "tunnels", message(spec)), Tunnel.class);
    }

    @Override
    public Tunnel start(TunnelId id) {
        return read(call("POST", path(id) + "/start", NOTHING), Tunnel.class);
    }

    @Override
    public Tunnel stop(TunnelId id) {
        return read(call("POST", path(id) + "/stop", NOTHING), Tunnel.class);
    }

    @Override
    public List<Tunnel> stopAll() {
        return List.of(read(call("POST", "stop-all", NOTHING), Tunnel[].class));
    }

    @Override
    public List<Tunnel> lookAgain() {
        return List.of(read(call("POST", "look-again", NOTHING), Tunnel[].class));
    }

    @Override
    public Tunnel save(TunnelSpec spec) {
        return read(call("PUT", path(spec.id()), message(spec)), Tunnel.class);
    }

    @Override
    public TunnelSpec spec(TunnelId id) {
        String answer = new String(call("GET", path(id) + "/spec", NOTHING), StandardCharsets.UTF_8);
        try {
            return TunnelFormat.parseWritten(answer, "answer");
        } catch (GotunnelException e) {
            throw otherVersion(e);
        }
    }

    @Override
    public Tunnel fault(TunnelId id, @Nullable Fault fault) {
        String path = path(id) + "/fault";
        byte[] answer = fault == null
                ? call("DELETE", path, NOTHING)
                : call("PUT", path, ControlApi.JSON.writeValueAsBytes(TunnelFormat.written(fault)));
        return read(answer, Tunnel.class);
    }

    @Override
    public void renewCertificates() {
        call("POST", "certificates", NOTHING);
    }

    @Override
    public void remove(TunnelId id) {
        call("DELETE", path(id), NOTHING);
    }

    @Override
    public EngineInfo info() {
        return read(call("GET", "info", NOTHING), EngineInfo.class);
    }

    @Override
    public X509Certificate rootCertificate() {
        Map<?, ?> answer = read(call("GET", "certificate", NOTHING), Map.class);
        byte[] der = Base64.getDecoder().decode(String.valueOf(answer.get("der")));
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw unreachable(e);
        }
    }

    /** Asks the owner to bring its window to the front. */
    public void showWindow() {
        call("POST", "window", NOTHING);
    }

    /**
     * Starts a tunnel that ends with this process: the owner stops it when the connection closes.
     *
     * @param listener told every change of this tunnel on a thread of its own, and {@link TunnelEvent.OwnerLeaving} or
     *     {@link TunnelEvent.Removed} at the end
     * @return the tunnel, which {@link HeldTunnel#close()} stops
     */
    public HeldTunnel hold(TunnelSpec spec, Consumer<TunnelEvent> listener) {
        HttpOverSocket connection = open("POST", "tunnels?hold=true", message(spec));
        try {
            TunnelEvent first = next(connection);
            if (!(first instanceof TunnelEvent.Changed changed)) {
                throw unreachable(new IOException("unexpected " + first));
            }
            Thread.ofPlatform().daemon().name("gotunnel-hold").start(() -> pump(connection, listener));
            return new HeldTunnel(changed.tunnel(), connection);
        } catch (IOException | JacksonException e) {
            end(connection);
            throw unreachable(e);
        }
    }

    /** A tunnel that lives as long as its connection to the owner. */
    public static final class HeldTunnel implements AutoCloseable {
        private final Tunnel tunnel;
        private final HttpOverSocket connection;

        private HeldTunnel(Tunnel tunnel, HttpOverSocket connection) {
            this.tunnel = tunnel;
            this.connection = connection;
        }

        /** The tunnel as it was when it had started. */
        public Tunnel tunnel() {
            return tunnel;
        }

        /** Lets it go; the owner stops it. */
        @Override
        public void close() {
            end(connection);
        }
    }

    @Override
    public synchronized Subscription subscribe(Consumer<TunnelEvent> listener) {
        Subscription subscription = events.subscribe(listener);
        if (stream == null) {
            HttpOverSocket connection = open("GET", "events", NOTHING);
            stream = connection;
            Thread.ofPlatform().daemon().name("gotunnel-events-in").start(() -> pump(connection, events::publish));
        }
        return subscription;
    }

    private HttpOverSocket open(String method, String path, byte[] body) {
        HttpOverSocket connection = null;
        boolean streams = false;
        try {
            connection = new HttpOverSocket(socket);
            connection.send(method, ControlApi.PREFIX + path, body);
            streams = connection.isEventStream();
            if (!streams) {
                throw read(connection.body(), Problem.class).toException();
            }
            return connection;
        } catch (IOException e) {
            throw unreachable(e);
        } finally {
            if (connection != null && !streams) {
                end(connection);
            }
        }
    }

    private static void end(HttpOverSocket connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("The connection was closed already: {}", e.toString());
        }
    }

    /**
     * Reads events until the stream ends; an owner that ends without a word has crashed, which is leaving too. A stream
     * that this side has closed just ends.
     */
    private static void pump(HttpOverSocket connection, Consumer<TunnelEvent> listener) {
        try {
            TunnelEvent event;
            do {
                event = next(connection);
                listener.accept(event);
            } while (!(event instanceof TunnelEvent.OwnerLeaving));
        } catch (IOException | JacksonException e) {
            LOG.debug("The event stream ended: {}", e.toString());
            if (connection.isOpen()) {
                listener.accept(new TunnelEvent.OwnerLeaving());
            }
        } finally {
            end(connection);
        }
    }

    private static TunnelEvent next(HttpOverSocket connection) throws IOException {
        String name = "";
        String data = "";
        for (String line = connection.line(); !(line.isEmpty() && !name.isEmpty()); line = connection.line()) {
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                data = line.substring("data: ".length());
            }
        }
        return switch (name) {
            case ControlApi.CHANGED -> new TunnelEvent.Changed(ControlApi.JSON.readValue(data, Tunnel.class));
            case ControlApi.REMOVED ->
                new TunnelEvent.Removed(
                        ControlApi.JSON.readValue(data, RemovedMessage.class).id());
            case ControlApi.LEAVING -> new TunnelEvent.OwnerLeaving();
            default -> throw new IOException("unknown event " + name);
        };
    }

    /** Ends the subscriptions; the owner goes on. */
    @Override
    public synchronized void close() {
        if (stream != null) {
            end(stream);
        }
        events.close();
    }
}
