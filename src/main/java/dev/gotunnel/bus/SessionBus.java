package dev.gotunnel.bus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.freedesktop.dbus.connections.IDisconnectCallback;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.matchrules.DBusMatchRuleBuilder;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Error;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.freedesktop.dbus.messages.constants.MessageTypes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our own connection to the bus of the user's desktop session. Wraps dbus-java so that every call has a time limit of
 * its own (the library has a single one of 20 seconds for the whole program) and every failure is a
 * {@link BusException}. Methods may be called from any thread but the bus's own.
 */
public final class SessionBus implements AutoCloseable {

    /** The bus itself: its name, its interface. */
    public static final String BUS = "org.freedesktop.DBus";

    /** Flag of a call: do not start the service if it does not run. */
    public static final byte NO_AUTO_START = 2;

    private static final Logger LOG = LoggerFactory.getLogger(SessionBus.class);
    private static final String BUS_PATH = "/org/freedesktop/DBus";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final DBusConnection connection;

    private SessionBus(DBusConnection connection) {
        this.connection = connection;
    }

    /**
     * Where the session bus listens: {@code DBUS_SESSION_BUS_ADDRESS}, else the socket {@code bus} of the runtime
     * folder, which is where systemd puts it (sd_bus_open_user(3)) and which programs started by cron or ssh miss in
     * their environment.
     *
     * @param environment the variables of the process
     * @return an address with a socket path, the only kind the JDK can connect to; empty when there is none
     */
    public static Optional<String> address(Map<String, String> environment) {
        String addresses = environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "");
        if (!addresses.isBlank()) {
            return Arrays.stream(addresses.split(";"))
                    .filter(address -> address.matches("unix:(.*,)?path=/.*"))
                    .findFirst();
        }
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return runtime.isBlank() || !Files.exists(Path.of(runtime, "bus"))
                ? Optional.empty()
                : Optional.of("unix:path=" + runtime + "/bus");
    }

    /**
     * Connects and says hello. Waits as long as the other side does; interrupting the thread ends the wait.
     *
     * @param address a D-Bus address with a socket path
     * @param lost told once, on a thread of the bus, when the connection breaks or is closed
     * @throws BusException when there is no bus at the address or it refuses us
     */
    public static SessionBus connect(String address, Runnable lost) throws BusException {
        DBusConnection connection = null;
        try {
            connection = DBusConnectionBuilder.forAddress(address)
                    .withShared(false)
                    .withDisconnectCallback(new Disconnected(lost))
                    .transportConfig()
                    .withTimeout(1) // one attempt: the library would try a socket that is not there for ten seconds
                    .withRegisterSelf(false) // so that a bus that never answers leaves us a connection to close
                    .back()
                    .receivingThreadConfig()
                    .withMethodCallThreadCount(1) // clicks arrive in the order they were made
                    .connectionConfig()
                    .build();
            connection.register();
            return new SessionBus(connection);
        } catch (DBusException | RuntimeException e) {
            if (connection != null) {
                connection.disconnect();
            }
            throw new BusException("No session bus at " + address + ": " + e.getMessage(), e);
        }
    }

    /** The name the bus gave this connection, such as {@code :1.42}. */
    public String uniqueName() {
        return connection.getUniqueName();
    }

    /**
     * Calls a method and waits for the reply.
     *
     * @param limit how long to wait
     * @param flags 0 or {@link #NO_AUTO_START}
     * @param signature D-Bus types of the arguments, empty for none
     * @return the values of the reply
     * @throws BusException when the other side is missing, fails, or does not answer in time
     */
    public Object[] call(
            Duration limit, byte flags, Target target, String member, String signature, Object... arguments)
            throws BusException {
        String what = target.iface() + "." + member;
        try {
            MethodCall call = connection
                    .getMessageFactory()
                    .createMethodCall(
                            null,
                            target.name(),
                            target.path(),
                            target.iface(),
                            member,
                            flags,
                            signature.isEmpty() ? null : signature,
                            arguments);
            connection.sendMessage(call);
            Message reply = call.getReply(limit.toMillis());
            if (reply == null) {
                throw new BusException(what + " was not answered within " + limit.toMillis() + " ms");
            }
            if (reply instanceof Error error) {
                throw new BusException(what + " failed: " + error.getName() + ": "
                        + error.getException().getMessage());
            }
            Object[] values = reply.getParameters();
            return values == null ? new Object[0] : values;
        } catch (DBusException | DBusExecutionException | RejectedExecutionException e) {
            throw new BusException(what + " failed: " + e.getMessage(), e);
        }
    }

    /** Calls a method of the bus itself. */
    public Object[] callBus(String member, String signature, Object... arguments) throws BusException {
        return call(Duration.ofSeconds(2), NO_AUTO_START, new Target(BUS, BUS_PATH, BUS), member, signature, arguments);
    }

    /** Sends a signal to whoever listens. Does not wait; a lost connection is reported by its own callback. */
    public void emit(String path, String iface, String member, String signature, Object... arguments) {
        try {
            connection.sendMessage(connection
                    .getMessageFactory()
                    .createSignal(null, path, iface, member, signature.isEmpty() ? null : signature, arguments));
        } catch (DBusException | DBusExecutionException | RejectedExecutionException e) {
            LOG.debug("Signal {}.{} was not sent", iface, member, e);
        }
    }

    /**
     * Listens to a signal, whoever sends it, until the bus is closed.
     *
     * @param firstArgument only signals whose first argument is this string; empty for all
     * @param listener gets the signal's values on a thread of the bus; must be quick and must not call the bus
     * @throws BusException when the bus refuses
     */
    public void listen(String iface, String member, String firstArgument, Consumer<Object[]> listener)
            throws BusException {
        DBusMatchRuleBuilder rule = DBusMatchRuleBuilder.create()
                .withType(MessageTypes.SIGNAL)
                .withInterface(iface)
                .withMember(member);
        if (!firstArgument.isEmpty()) {
            rule.withArg0123(0, firstArgument);
        }
        try {
            var _ = connection.addGenericSigHandler(rule.build(), signal -> deliver(signal, listener));
        } catch (DBusException | RuntimeException e) {
            throw new BusException("Cannot listen to " + iface + "." + member, e);
        }
    }

    private static void deliver(DBusSignal signal, Consumer<Object[]> listener) {
        try {
            Object[] values = signal.getParameters();
            listener.accept(values == null ? new Object[0] : values);
        } catch (DBusException | RuntimeException e) {
            LOG.warn("Signal {}.{} was not understood", signal.getInterface(), signal.getName(), e);
        }
    }

    /**
     * Offers an object to other programs. Its methods are called on a thread of the bus.
     *
     * @throws BusException when something is offered there already
     */
    public void export(String path, DBusInterface object) throws BusException {
        try {
            connection.exportObject(path, object);
        } catch (DBusException e) {
            throw new BusException("Cannot offer " + path, e);
        }
    }

    /** Leaves the bus and ends its threads. Waits at most two seconds for a bus that does not answer. Idempotent. */
    @Override
    public void close() {
        // a thread of its own: leaving gives names back and waits for the bus, which may hang
        Thread leaving = Thread.ofVirtual().name("bus-close").start(connection::disconnect);
        try {
            if (!leaving.join(CLOSE_LIMIT)) {
                LOG.warn("The session bus did not let go within {} ms", CLOSE_LIMIT.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * An interface of an object of a program on the bus.
     *
     * @param name of the program on the bus
     * @param path of the object
     * @param iface of the interface
     */
    public record Target(String name, String path, String iface) {}

    private record Disconnected(Runnable lost) implements IDisconnectCallback {
        @Override
        public void disconnectOnError(IOException e) {
            lost.run();
        }

        @Override
        public void requestedDisconnect(Integer connectionId) {
            lost.run();
        }

        @Override
        public void clientDisconnect() {
            lost.run();
        }
    }
}
