package dev.gotunnel.testing;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.HostsFile;
import dev.gotunnel.names.HostsManager;
import dev.gotunnel.privilege.Outlook;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A hosts file without a file. A test says who may write it, and hears what for. */
public final class InMemoryHosts implements HostsManager {
    private static final String OWNER = "1000";

    private HostsFile file;
    private Outlook outlook = Outlook.GRANTED;
    private @Nullable HostsFile copy;
    private @Nullable RuntimeException failure;
    private volatile String unknown = "";
    private final List<String> reasons = new ArrayList<>();

    public InMemoryHosts() {
        this("127.0.0.1 localhost\n");
    }

    public InMemoryHosts(String text) {
        file = HostsFile.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Who may write it from now on. */
    public synchronized InMemoryHosts with(Outlook next) {
        outlook = next;
        return this;
    }

    /** Every change fails with this from now on; null for none. */
    public synchronized void failing(@Nullable RuntimeException next) {
        failure = next;
    }

    /** A change with a name that ends so is refused from now on. */
    public void knowingNothingOf(String suffix) {
        unknown = suffix;
    }

    /** Somebody else's edit. */
    public synchronized void edit(String text) {
        file = HostsFile.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public synchronized String text() {
        return new String(file.bytes(), StandardCharsets.ISO_8859_1);
    }

    /** The names that stand in it. */
    public synchronized List<String> names() {
        return file.names(OWNER);
    }

    /** What for it was written, a clause for each time. */
    public synchronized List<String> reasons() {
        return List.copyOf(reasons);
    }

    public synchronized boolean hasCopy() {
        return copy != null;
    }

    @Override
    public Path place() {
        return Path.of("/etc/hosts");
    }

    @Override
    public String owner() {
        return OWNER;
    }

    @Override
    public synchronized HostsFile read() {
        return file;
    }

    @Override
    public synchronized boolean isWithinReach() {
        return outlook != Outlook.UNAVAILABLE;
    }

    @Override
    public synchronized Outlook outlook() {
        return outlook;
    }

    @Override
    public List<String> permitted(Collection<String> names) {
        return names.stream()
                .filter(name -> unknown.isEmpty() || !name.endsWith(unknown))
                .toList();
    }

    @Override
    public synchronized void replaceNames(Collection<String> names, String reason) {
        reasons.add(reason);
        if (!permitted(names).containsAll(names)) {
            throw new GotunnelException(ErrorCode.USAGE, "A name is not below an allowed suffix.", "Allow it.");
        }
        if (failure != null) {
            throw failure;
        }
        if (outlook == Outlook.REFUSED || outlook == Outlook.UNAVAILABLE) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED, "The hosts file may not be changed (" + reason + ").", "Ask somebody.");
        }
        file = file.with(OWNER, names, "\n");
    }

    @Override
    public synchronized void backup() {
        copy = file;
    }

    @Override
    public synchronized void restore() {
        if (!names().isEmpty()) {
            file = file.with(OWNER, List.of(), "\n");
        }
        copy = null;
    }
}
