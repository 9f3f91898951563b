package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The certificate authority, with what the keychain holds of its key. */
final class AuthorityRemains implements Remains {
    private final Path folder;
    private final Runnable removal;

    /**
     * @param removal deletes the folder, and the secret in the keychain
     */
    AuthorityRemains(Path folder, Runnable removal) {
        this.folder = folder;
        this.removal = removal;
    }

    @Override
    public String kind() {
        return "authority";
    }

    @Override
    public List<String> find() {
        return Files.exists(folder) ? List.of("the certificate authority with its key, " + folder) : List.of();
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        if (Files.exists(folder)) {
            removal.run();
            done.add("The certificate authority is gone.");
        }
    }
}
