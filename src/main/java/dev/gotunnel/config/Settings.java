package dev.gotunnel.config;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all layers say together.
 *
 * @param configuration what applies
 * @param all each key that applies, with where it was said; made when it is asked for
 * @param notes what the user is to know of how it was read, a sentence each
 * @param unused variables that look like gotunnel's and mean nothing
 * @param files the files that there are and that were read, the lowest first
 * @param projectProfile the profile of the project's tunnels; null where there are none
 */
public record Settings(
        Configuration configuration,
        Supplier<List<Setting>> all,
        List<String> notes,
        List<String> unused,
        List<Path> files,
        @Nullable String projectProfile) {}
