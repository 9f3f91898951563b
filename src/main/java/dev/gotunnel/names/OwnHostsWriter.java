package dev.gotunnel.names;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.privilege.Outlook;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Writes a hosts file that is not the system's: a new version takes the place of the old one in one step. */
final class OwnHostsWriter implements SystemHosts.Writer {
    private static final int MOST_ROUNDS = 50;

    private final Path place;
    private final String owner;

    OwnHostsWriter(Path place, String owner) {
        this.place = place;
        this.owner = owner;
    }

    @Override
    public boolean isWithinReach() {
        return Files.isWritable(place) && Files.isWritable(place.resolveSibling(""));
    }

    @Override
    public Outlook outlook() {
        return isWithinReach() ? Outlook.GRANTED : Outlook.UNAVAILABLE;
    }

    @Override
    public List<String> permitted(Collection<String> names) {
        return List.copyOf(names);
    }

    @Override
    public void write(List<String> names, String reason) {
        try (EditLock _ = EditLock.on(place)) {
            for (int round = 0; round < MOST_ROUNDS; round++) {
                byte[] before = SystemHosts.bytes(place);
                byte[] after = HostsFile.of(before).with(owner, names, "\n").bytes();
                if (Arrays.equals(before, after) || replace(before, after)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("write " + place, place, e);
        }
        throw new GotunnelException(
                ErrorCode.IO, "Another program keeps changing " + place + ".", "Try again when it is finished.");
    }

    /** Whether nobody has changed the file meanwhile. */
    private boolean replace(byte[] before, byte[] after) throws IOException {
        Path draft = place.resolveSibling("." + place.getFileName() + ".gotunnel");
        try {
            Files.deleteIfExists(draft);
            Files.copy(place, draft, StandardCopyOption.COPY_ATTRIBUTES);
            Files.write(draft, after, StandardOpenOption.TRUNCATE_EXISTING);
            try (FileChannel written = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            if (!Arrays.equals(SystemHosts.bytes(place), before)) {
                return false;
            }
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
