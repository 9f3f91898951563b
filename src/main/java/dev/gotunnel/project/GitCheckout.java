package dev.gotunnel.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkout of git, read from its files: no git has to be installed. A linked worktree's {@code .git} is a file that names
 * its own folder in that of the repository (gitrepository-layout(5)).
 *
 * @param top its top folder
 * @param name what the repository's own folder is called
 * @param branch the branch of a linked worktree, its folder's name where it is on none; null for the repository's own checkout
 */
record GitCheckout(Path top, String name, @Nullable String branch) {
    private static final Logger LOG = LoggerFactory.getLogger(GitCheckout.class);

    private static final String GIT = ".git";
    private static final String LINK = "gitdir: ";
    private static final String HEAD = "ref: refs/heads/";

    /** The one that a folder stands in. */
    static Optional<GitCheckout> around(Path folder) {
        for (Path at = folder; at != null; at = at.getParent()) {
            Path git = at.resolve(GIT);
            if (Files.isDirectory(git)) {
                return Optional.of(new GitCheckout(at, name(at), null));
            }
            if (Files.isRegularFile(git)) {
                return Optional.of(linked(at, git));
            }
        }
        return Optional.empty();
    }

    private static String name(Path folder) {
        return Objects.toString(folder.getFileName(), "");
    }

    /** A submodule's is a file too, and is no worktree. */
    private static GitCheckout linked(Path top, Path link) {
        try {
            String text = Files.readString(link).strip();
            if (text.startsWith(LINK)) {
                Path own = top.resolve(text.substring(LINK.length())).normalize();
                Path worktrees = own.resolveSibling("");
                Path repository = worktrees.getParent();
                if (repository != null && name(worktrees).equals("worktrees") && Files.isDirectory(own)) {
                    return new GitCheckout(top, repositoryName(repository, top), branch(own, top));
                }
            }
        } catch (IOException | InvalidPathException e) {
            LOG.warn("{} cannot be read: {}", link, e.toString());
        }
        return new GitCheckout(top, name(top), null);
    }

    /** {@code shop} of {@code shop/.git} and of the bare {@code shop.git}. */
    private static String repositoryName(Path repository, Path top) {
        String own = name(repository);
        if (!own.equals(GIT)) {
            return own.endsWith(GIT) ? own.substring(0, own.length() - GIT.length()) : own;
        }
        Path parent = repository.getParent();
        return parent == null ? name(top) : name(parent);
    }

    private static String branch(Path own, Path top) throws IOException {
        String head = Files.readString(own.resolve("HEAD")).strip();
        return head.startsWith(HEAD) ? head.substring(HEAD.length()) : name(top);
    }

    /** The branch, where this is a linked worktree. */
    Optional<String> worktree() {
        return Optional.ofNullable(branch);
    }
}
