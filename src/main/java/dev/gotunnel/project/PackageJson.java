package dev.gotunnel.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What of a {@code package.json} matters here. It comes with a repository: nothing in it is more than a guess.
 *
 * @param name empty when it has none
 * @param scripts the commands that its package manager runs by their names
 * @param dependencies the names of packages that it needs, also to be built
 */
record PackageJson(String name, Map<String, String> scripts, Set<String> dependencies) {
    private static final Logger LOG = LoggerFactory.getLogger(PackageJson.class);

    /** Beyond that it is no file that a person wrote. */
    private static final long MAX_BYTES = 1024 * 1024;

    PackageJson {
        scripts = Map.copyOf(scripts);
        dependencies = Set.copyOf(dependencies);
    }

    /** Reads the one of a folder; empty when there is none that can be read. */
    static Optional<PackageJson> in(Path folder) {
        Path file = folder.resolve("package.json");
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return Optional.of(of(JsonMapper.shared().readTree(Files.readAllBytes(file))));
        } catch (IOException | JacksonException e) {
            LOG.warn("{} cannot be read: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    private static PackageJson of(JsonNode json) {
        Map<String, String> scripts = new HashMap<>();
        json.path("scripts").properties().forEach(script -> {
            if (script.getValue().isString()) {
                scripts.put(script.getKey(), script.getValue().stringValue());
            }
        });
        Set<String> dependencies = new HashSet<>();
        for (String kind : List.of("dependencies", "devDependencies")) {
            json.path(kind).properties().forEach(dependency -> dependencies.add(dependency.getKey()));
        }
        JsonNode name = json.path("name");
        return new PackageJson(name.isString() ? name.stringValue() : "", scripts, dependencies);
    }
}
