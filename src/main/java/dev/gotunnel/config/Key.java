package dev.gotunnel.config;

import dev.gotunnel.platform.OperatingSystem;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration: everything that is said of it anywhere is made from this.
 *
 * @param name as it stands in its mapping
 * @param type what its value may be
 * @param meaning what it does, as the manual says it: no sentence, but what could follow a dash
 * @param fallback the value that applies without it, as it would be written; null when there is no such value
 * @param otherwise what happens without it, in words, where {@code fallback} does not say so; by system when that differs,
 *     and then for each of them
 * @param needed whether its mapping has no meaning without it
 * @param secret whether its value is not to be shown
 * @param projects whether a project's file, which came with a repository, may have it
 */
record Key(
        String name,
        Type type,
        String meaning,
        @Nullable String fallback,
        Map<OperatingSystem, String> otherwise,
        boolean needed,
        boolean secret,
        Projects projects) {
    /** What a project's file may have of a key. */
    enum Projects {
        NOTHING,
        /** What stands below it, key by key. */
        BELOW,
        EVERYTHING
    }

    static Key of(String name, Type type, String meaning) {
        return new Key(name, type, meaning, null, Map.of(), false, false, Projects.NOTHING);
    }

    /** With a value that applies without it. */
    Key or(String value) {
        return new Key(name, type, meaning, value, otherwise, needed, secret, projects);
    }

    /** With words for what happens without it. */
    Key otherwise(String words) {
        return otherwise(words, words, words);
    }

    Key otherwise(String linux, String macos, String windows) {
        return otherwise(Map.of(
                OperatingSystem.LINUX, linux, OperatingSystem.MACOS, macos, OperatingSystem.WINDOWS, windows));
    }

    Key otherwise(Map<OperatingSystem, String> bySystem) {
        return new Key(name, type, meaning, fallback, bySystem, needed, secret, projects);
    }

    Key required() {
        return new Key(name, type, meaning, fallback, otherwise, true, secret, projects);
    }

    Key hidden() {
        return new Key(name, type, meaning, fallback, otherwise, needed, true, projects);
    }

    Key forProjects() {
        return new Key(name, type, meaning, fallback, otherwise, needed, secret, Projects.EVERYTHING);
    }

    Key belowForProjects() {
        return new Key(name, type, meaning, fallback, otherwise, needed, secret, Projects.BELOW);
    }

    /** Whether what happens without it is not the same on all systems. */
    boolean differsBySystem() {
        return otherwise.values().stream().distinct().count() > 1;
    }

    /** What happens without it on a system: the value that applies, or words; empty when nothing does. */
    String without(OperatingSystem system) {
        return fallback == null ? otherwise.getOrDefault(system, "") : fallback;
    }
}
