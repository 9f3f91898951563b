package dev.gotunnel.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The other programs of this machine. The operating system's border: tests script one. */
public interface CommandRunner {
    /** How long a program may take: a dialog may have to be answered, a hundred certificates to be hashed anew. */
    int PATIENCE_SECONDS = 120;

    /**
     * What a program said.
     *
     * @param exit its exit code
     * @param output what it printed, errors included
     */
    record Answer(int exit, String output) {
        /** Whether it says that it succeeded. */
        public boolean isSuccess() {
            return exit == 0;
        }
    }

    /** Where a program lies that can be called by this name; empty when there is none. */
    Optional<Path> find(String program);

    /**
     * Runs a program to its end, without input and in the language of programs.
     *
     * @throws IOException when it cannot be started or does not end within {@link #PATIENCE_SECONDS}
     */
    Answer run(List<String> command) throws IOException;
}
