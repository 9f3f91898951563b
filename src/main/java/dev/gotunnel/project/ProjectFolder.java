package dev.gotunnel.project;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The project that a folder belongs to: the nearest one upwards that looks like its top, not beyond the git checkout or the
 * user's home. What its files say is a guess, since they come from wherever the project came from.
 */
public final class ProjectFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ProjectFolder.class);

    /** What stands at the top of a project, by what it is written in. */
    private static final List<String> TOPS = List.of(
            "package.json",
            "deno.json",
            "Gemfile",
            "config.ru",
            "manage.py",
            "pyproject.toml",
            "requirements.txt",
            "composer.json",
            "pom.xml",
            "build.gradle",
            "build.gradle.kts",
            "Cargo.toml",
            "go.mod",
            "mix.exs",
            "gotunnel.yaml");

    private static final String UNNAMED = "app";
    private static final int MAX_LABEL = 40;
    private static final long MAX_BYTES = 1024 * 1024;

    private final Path top;
    private final @Nullable Path inside;
    private final Optional<PackageJson> packageJson;
    private final Optional<GitCheckout> checkout;

    private ProjectFolder(Path top, @Nullable Path inside, Optional<GitCheckout> checkout) {
        this.top = top;
        this.inside = inside;
        this.packageJson = PackageJson.in(top);
        this.checkout = checkout;
    }

    /**
     * Looks for the project of a folder.
     *
     * @param home the user's home, which is no project
     */
    public static ProjectFolder of(Path folder, Path home) {
        Path start = folder.toAbsolutePath().normalize();
        Optional<GitCheckout> checkout = GitCheckout.around(start);
        Path last = checkout.map(GitCheckout::top).orElse(null);
        for (Path at = start; at != null && !at.equals(home); at = at.getParent()) {
            Path candidate = at;
            if (TOPS.stream().anyMatch(name -> Files.isRegularFile(candidate.resolve(name)))) {
                return new ProjectFolder(at, at.equals(start) ? null : start, checkout);
            }
            if (at.equals(last)) {
                break;
            }
        }
        return new ProjectFolder(start, null, checkout);
    }

    /** The top of the project; the folder itself where nothing looks like one. */
    public Path top() {
        return top;
    }

    /** The top of the git checkout that it stands in. */
    public Optional<Path> checkoutTop() {
        return checkout.map(GitCheckout::top);
    }

    /** Whether anything shows that there is a project here at all. */
    public boolean isProject() {
        return checkout.isPresent() || TOPS.stream().anyMatch(name -> Files.isRegularFile(top.resolve(name)));
    }

    /** Its name as a label of a domain: that of its package, else of its folder. */
    public String label() {
        return packageJson
                .map(PackageJson::name)
                .filter(name -> !name.isBlank())
                .map(name -> label(name.substring(name.lastIndexOf('/') + 1)))
                .or(() -> checkout.filter(git -> git.top().equals(top)).map(git -> label(git.name())))
                .orElseGet(() -> label(Objects.toString(top.getFileName(), "")));
    }

    /** Its name, below that of the branch where this is a linked worktree of git: {@code feature-x.shop}. */
    public String domain() {
        return below(label());
    }

    /** A name, below that of the branch where this is a linked worktree of git. */
    public String below(String name) {
        return checkout.flatMap(GitCheckout::worktree)
                .map(branch -> label(branch) + "." + name)
                .orElse(name);
    }

    /** A text as a label of a domain (RFC 1123). */
    public static String label(String text) {
        String plain =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
        String cut = plain.length() > MAX_LABEL ? plain.substring(0, MAX_LABEL) : plain;
        String label = cut.replaceAll("-+$", "");
        return label.isEmpty() ? UNNAMED : label;
    }

    /** What its {@code package.json} says. */
    Optional<PackageJson> packageJson() {
        return packageJson;
    }

    /** Whether it has the mark of a framework. */
    boolean has(Framework.Mark mark) {
        if (mark.file().equals("package.json")) {
            return packageJson
                    .filter(json -> json.dependencies().contains(String.valueOf(mark.word())))
                    .isPresent();
        }
        return isMarked(top, mark) || (inside != null && isMarked(inside, mark));
    }

    private static boolean isMarked(Path folder, Framework.Mark mark) {
        Path file = folder.resolve(mark.file());
        try {
            return Files.isRegularFile(file)
                    && (mark.word() == null
                            || (Files.size(file) <= MAX_BYTES
                                    && Files.readString(file, StandardCharsets.ISO_8859_1)
                                            .contains(mark.word())));
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return false;
        }
    }
}
