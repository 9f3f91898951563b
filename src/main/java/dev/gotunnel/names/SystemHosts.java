package dev.gotunnel.names;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.privilege.Caller;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The hosts file of this machine, which the privileged helper writes. {@code GOTUNNEL_HOSTS_FILE} puts another one in its
 * place for tests, which this process writes by itself; the helper knows nothing of it.
 */
public final class SystemHosts implements HostsManager {
    /** Names another file, for tests. */
    public static final String VARIABLE = "GOTUNNEL_HOSTS_FILE";

    private static final long MOST_BYTES = 16L << 20;

    private final Path place;
    private final String owner;
    private final Path copy;
    private final Writer writer;

    /** Who writes the file. */
    interface Writer {
        boolean isWithinReach();

        Outlook outlook();

        List<String> permitted(Collection<String> names);

        void write(List<String> names, String reason);
    }

    SystemHosts(Path place, String owner, Path copy, Writer writer) {
        this.place = place;
        this.owner = owner;
        this.copy = copy;
        this.writer = writer;
    }

    /**
     * The hosts file for this process.
     *
     * @param copy where a copy is kept while names of ours stand in the file
     */
    public static SystemHosts of(
            OperatingSystem system, Map<String, String> environment, Caller caller, Elevation elevation, Path copy) {
        return of(system, Path.of("/"), environment, caller, elevation, copy);
    }

    static SystemHosts of(
            OperatingSystem system,
            Path root,
            Map<String, String> environment,
            Caller caller,
            Elevation elevation,
            Path copy) {
        String other = environment.get(VARIABLE);
        if (other != null && !other.isBlank()) {
            Path place = Path.of(other).toAbsolutePath();
            return new SystemHosts(place, caller.id(), copy, new OwnHostsWriter(place, caller.id()));
        }
        Path place = Path.of(
                system == OperatingSystem.WINDOWS ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts");
        return new SystemHosts(place, caller.id(), copy, new HelperWriter(elevation, SuffixFile.of(system, root)));
    }

    private record HelperWriter(Elevation elevation, SuffixFile suffixes) implements Writer {
        @Override
        public boolean isWithinReach() {
            return elevation.isInstalled();
        }

        @Override
        public Outlook outlook() {
            return elevation.outlook(Verb.HOSTS_APPLY);
        }

        @Override
        public List<String> permitted(Collection<String> names) {
            if (!elevation.isInstalled()) {
                return List.copyOf(names);
            }
            List<String> added = suffixes.added();
            return names.stream()
                    .filter(name -> SuffixFile.takes(name, added))
                    .toList();
        }

        @Override
        public void write(List<String> names, String reason) {
            if (names.isEmpty()) {
                elevation.ask(Verb.HOSTS_RESTORE, Map.of(), reason);
            } else {
                elevation.ask(Verb.HOSTS_APPLY, Map.of("names", names), reason);
            }
        }
    }

    @Override
    public Path place() {
        return place;
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public HostsFile read() {
        return HostsFile.of(bytes(place));
    }

    static byte[] bytes(Path place) {
        try {
            if (Files.size(place) > MOST_BYTES) {
                throw new GotunnelException(
                        ErrorCode.IO,
                        place + " is larger than " + (MOST_BYTES >> 20) + " MiB.",
                        "Move entries that nobody needs out of it.");
            }
            return Files.readAllBytes(place);
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + place, place, e);
        }
    }

    @Override
    public boolean isWithinReach() {
        return writer.isWithinReach();
    }

    @Override
    public Outlook outlook() {
        return writer.outlook();
    }

    @Override
    public List<String> permitted(Collection<String> names) {
        return writer.permitted(names);
    }

    @Override
    public void replaceNames(Collection<String> names, String reason) {
        writer.write(List.copyOf(names), reason);
    }

    @Override
    public void backup() {
        PrivateFiles.directory(copy.resolveSibling(""));
        PrivateFiles.write(copy, bytes(place));
    }

    @Override
    public void restore() {
        if (!read().names(owner).isEmpty()) {
            replaceNames(List.of(), "none of its names is needed any more");
        }
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + copy, copy, e);
        }
    }
}
