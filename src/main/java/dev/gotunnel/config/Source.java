package dev.gotunnel.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where values of the configuration stand.
 *
 * @param layer what it is; a later one stands above an earlier one
 * @param label what problems and origins call it: the file as the user would write it, the variable, the flag
 * @param folder what relative paths in it are relative to; null where there is no such place
 */
public record Source(
        Layer layer, String label, @Nullable Path folder) {
    /** The layers, from the lowest to the highest. */
    public enum Layer {
        /** The machine's file, which its administrator writes. */
        SYSTEM,
        /** The user's file. */
        USER,
        /** The file of a project, which came with a repository. */
        PROJECT,
        /** The file that {@code --config} or {@code GOTUNNEL_CONFIG} names. */
        CONFIG,
        /** A variable of the environment. */
        ENVIRONMENT,
        /** A flag of the command. */
        FLAG;

        /** Whether places in it have a line. */
        boolean isFile() {
            return this != ENVIRONMENT && this != FLAG;
        }
    }
}
