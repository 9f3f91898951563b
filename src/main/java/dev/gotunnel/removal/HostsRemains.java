package dev.gotunnel.removal;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** This user's block in the hosts file. Other users' blocks are theirs. */
final class HostsRemains implements Remains {
    private final Path hosts;
    private final String user;

    /**
     * @param user the number or SID that stands in the block's markers
     */
    HostsRemains(Path hosts, String user) {
        this.hosts = hosts;
        this.user = user;
    }

    @Override
    public String kind() {
        return "hosts";
    }

    @Override
    public List<String> find() {
        return hasBlock() ? List.of("the names between \"# BEGIN gotunnel " + user + "\" and its end in " + hosts) : List.of();
    }

    private boolean hasBlock() {
        try {
            // Any bytes may stand in the file; the markers are ASCII.
            return Files.isReadable(hosts)
                    && Files.readString(hosts, StandardCharsets.ISO_8859_1)
                            .lines()
                            .anyMatch(line -> line.matches("# BEGIN gotunnel " + user + "( .*)?"));
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + hosts, hosts, e);
        }
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        if (hasBlock()) {
            failures.add(new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "The names of tunnels in " + hosts + " stay: only an administrator may change that file.",
                    "sudo sed -i '/^# BEGIN gotunnel " + user + "\\b/,/^# END gotunnel " + user + "$/d' " + hosts));
        }
    }
}
