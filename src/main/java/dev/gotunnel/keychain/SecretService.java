package dev.gotunnel.keychain;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.bus.SessionBus.Target;
import dev.gotunnel.cert.Keychain;
import dev.gotunnel.error.GotunnelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.types.Variant;

/**
 * The keyring of a Linux desktop, as GNOME Keyring and KWallet offer it (freedesktop.org Secret Service API 0.2). Every call
 * has a limit of its own; a keyring that is locked is unlocked by its user when a secret is to be read, and not written.
 * Any thread.
 */
final class SecretService implements Keychain {
    private static final String SERVICE = "org.freedesktop.secrets";
    private static final String PATH = "/org/freedesktop/secrets";
    private static final String OF_SERVICE = "org.freedesktop.Secret.Service";
    private static final String OF_COLLECTION = "org.freedesktop.Secret.Collection";
    private static final String OF_ITEM = "org.freedesktop.Secret.Item";
    private static final String OF_PROMPT = "org.freedesktop.Secret.Prompt";
    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
    private static final String NONE = "/";

    /** The service may have to be started. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** How long a user may take to type a password. */
    private static final Duration PROMPT_LIMIT = Duration.ofSeconds(30);

    private final String address;
    private final Duration promptLimit;

    /** The keyring behind a session bus. */
    SecretService(String address) {
        this(address, PROMPT_LIMIT);
    }

    SecretService(String address, Duration promptLimit) {
        this.address = address;
        this.promptLimit = promptLimit;
    }

    @Override
    public String name() {
        return "the keyring of the desktop";
    }

    private interface Work<T> {
        T run(SessionBus bus) throws BusException;
    }

    private <T> T with(Work<T> work) {
        try (SessionBus bus = SessionBus.connect(address, () -> {})) {
            return work.run(bus);
        } catch (BusException e) {
            throw Keychains.failure(name(), "does not answer as it should: " + e.getMessage(), e);
        }
    }

    private static Object[] call(
            SessionBus bus, String path, String iface, String member, String signature, Object... arguments)
            throws BusException {
        return bus.call(LIMIT, (byte) 0, new Target(SERVICE, path, iface), member, signature, arguments);
    }

    /** Without a schema: GNOME Keyring does not find items by that while it is locked. */
    private static Map<String, String> attributes(String id) {
        return Map.of("application", "gotunnel", "authority", id);
    }

    @Override
    public void put(String id, byte[] secret) {
        with(bus -> {
            String collection = path(call(bus, PATH, OF_SERVICE, "ReadAlias", "s", "default")[0]);
            if (collection.equals(NONE)) {
                throw Keychains.failure(name(), "has no collection for secrets yet", null);
            }
            if (isLocked(bus, collection)) {
                throw Keychains.failure(name(), "is locked", null);
            }
            Map<String, Variant<?>> properties = new HashMap<>();
            properties.put(OF_ITEM + ".Label", new Variant<>("gotunnel: the key of " + id));
            properties.put(OF_ITEM + ".Attributes", new Variant<>(attributes(id), "a{ss}"));
            Object[] value = {new DBusPath(session(bus)), new byte[0], secret, "application/octet-stream"};
            Object[] made =
                    call(bus, collection, OF_COLLECTION, "CreateItem", "a{sv}(oayays)b", properties, value, true);
            String prompt = path(made[1]);
            if (!prompt.equals(NONE)) {
                call(bus, prompt, OF_PROMPT, "Dismiss", "");
                throw Keychains.failure(name(), "wants to ask before it keeps a secret", null);
            }
            return true;
        });
    }

    private static boolean isLocked(SessionBus bus, String collection) throws BusException {
        Object locked = call(bus, collection, PROPERTIES, "Get", "ss", OF_COLLECTION, "Locked")[0];
        return Boolean.TRUE.equals(locked instanceof Variant<?> variant ? variant.getValue() : locked);
    }

    /** Secrets go over the bus as they are: who could listen there could ask for them as well. */
    private static String session(SessionBus bus) throws BusException {
        return path(call(bus, PATH, OF_SERVICE, "OpenSession", "sv", "plain", new Variant<>(""))[1]);
    }

    @Override
    public Optional<byte[]> get(String id) {
        return with(bus -> {
            Optional<String> item = find(bus, id);
            if (item.isEmpty()) {
                return Optional.<byte[]>empty();
            }
            Object[] answer = call(bus, item.get(), OF_ITEM, "GetSecret", "o", new DBusPath(session(bus)));
            Object[] secret = answer[0] instanceof Object[] struct ? struct : answer;
            return Optional.of(bytes(secret[2]));
        });
    }

    private Optional<String> find(SessionBus bus, String id) throws BusException {
        Object[] found = call(bus, PATH, OF_SERVICE, "SearchItems", "a{ss}", attributes(id));
        List<String> open = paths(found[0]);
        if (!open.isEmpty()) {
            return Optional.of(open.getFirst());
        }
        List<String> locked = paths(found[1]);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        unlock(bus, locked.getFirst());
        return Optional.of(locked.getFirst());
    }

    private void unlock(SessionBus bus, String item) throws BusException {
        BlockingQueue<Boolean> completed = new ArrayBlockingQueue<>(1);
        bus.listen(OF_PROMPT, "Completed", "", values -> {
            var _ = completed.offer(Boolean.TRUE.equals(values[0]));
        });
        Object[] answer = call(bus, PATH, OF_SERVICE, "Unlock", "ao", (Object) new DBusPath[] {new DBusPath(item)});
        String prompt = path(answer[1]);
        if (prompt.equals(NONE)) {
            return;
        }
        call(bus, prompt, OF_PROMPT, "Prompt", "s", "");
        Boolean dismissed = null;
        try {
            dismissed = completed.poll(promptLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (dismissed == null) {
            call(bus, prompt, OF_PROMPT, "Dismiss", "");
        }
        if (dismissed == null || dismissed) {
            throw locked(dismissed == null);
        }
    }

    private GotunnelException locked(boolean unanswered) {
        return Keychains.failure(
                name(),
                unanswered ? "is locked, and nobody unlocked it" : "is locked, and was not to be unlocked",
                null);
    }

    @Override
    public void remove(String id) {
        with(bus -> {
            Object[] found = call(bus, PATH, OF_SERVICE, "SearchItems", "a{ss}", attributes(id));
            List<String> items = new ArrayList<>(paths(found[0]));
            items.addAll(paths(found[1]));
            for (String item : items) {
                call(bus, item, OF_ITEM, "Delete", "");
            }
            return true;
        });
    }

    private static String path(Object value) {
        return value instanceof DBusPath path ? path.getPath() : String.valueOf(value);
    }

    private static List<String> paths(Object value) {
        List<?> items = value instanceof Object[] array ? List.of(array) : (List<?>) value;
        return items.stream().map(SecretService::path).toList();
    }

    private static byte[] bytes(Object value) {
        if (value instanceof byte[] array) {
            return array;
        }
        List<?> items = value instanceof Object[] array ? List.of(array) : (List<?>) value;
        byte[] bytes = new byte[items.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ((Number) items.get(i)).byteValue();
        }
        return bytes;
    }
}
