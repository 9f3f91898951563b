package dev.gotunnel.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProjectFolderTest {
    @TempDir
    Path home;

    private Path shop;

    @BeforeEach
    void make() throws IOException {
        shop = Files.createDirectories(home.resolve("work/My Shop"));
    }

    private ProjectFolder at(Path folder) {
        return ProjectFolder.of(folder, home);
    }

    private static Path write(Path file, String text) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return Files.writeString(file, text);
    }

    @ParameterizedTest
    @CsvSource({
        "shop, shop",
        "@acme/Web_Shop, web-shop",
        "Müllers Laden!, m-llers-laden",
        "---, app",
        "a.b.c, a-b-c",
        "'', my-shop",
        "a-very-long-name-that-goes-on-and-on-until-it-ends, a-very-long-name-that-goes-on-and-on-unt"
    })
    void itsNameIsThatOfThePackage(String name, String label) throws IOException {
        write(shop.resolve("package.json"), "{\"name\": \"" + name + "\"}");
        assertEquals(label, at(shop).domain());
    }

    @Test
    void withoutAPackageItIsThatOfTheFolder() throws IOException {
        assertEquals("my-shop", at(shop).domain());
        assertFalse(at(shop).isProject());
        write(shop.resolve("Gemfile"), "");
        assertTrue(at(shop).isProject());
    }

    @Test
    void aFolderInsideBelongsToTheProjectAround() throws IOException {
        write(shop.resolve("package.json"), "{\"name\": \"shop\"}");
        Path inside = Files.createDirectories(shop.resolve("src/pages"));
        assertEquals(shop, at(inside).top());
        assertEquals("shop", at(inside).domain());
    }

    @Test
    void theHomeIsNoProject() throws IOException {
        write(home.resolve("package.json"), "{\"name\": \"toys\"}");
        assertEquals("my-shop", at(shop).domain());
    }

    @Test
    void nothingIsLookedForOutsideTheCheckout() throws IOException {
        write(home.resolve("work/package.json"), "{\"name\": \"around\"}");
        Files.createDirectories(shop.resolve(".git"));
        Path inside = Files.createDirectories(shop.resolve("web"));
        assertEquals("web", at(inside).domain());
        assertEquals("my-shop", at(shop).domain());
    }

    private Path worktree(String head) throws IOException {
        Path tree = Files.createDirectories(home.resolve("work/tree"));
        Path own = Files.createDirectories(shop.resolve(".git/worktrees/tree"));
        write(own.resolve("HEAD"), head + "\n");
        write(tree.resolve(".git"), "gitdir: " + own + "\n");
        return tree;
    }

    @ParameterizedTest
    @CsvSource({
        "ref: refs/heads/feature-x, feature-x.my-shop",
        "ref: refs/heads/fix/Login_Form, fix-login-form.my-shop",
        "0123456789abcdef0123456789abcdef01234567, tree.my-shop"
    })
    void aWorktreeOfGitHasTheNameOfItsBranchInFront(String head, String domain) throws IOException {
        assertEquals(domain, at(worktree(head)).domain());
    }

    @Test
    void aWorktreeOfAPackageHasItsNameBehind() throws IOException {
        Path tree = worktree("ref: refs/heads/x");
        write(tree.resolve("package.json"), "{\"name\": \"shop\"}");
        assertEquals("x.shop", at(tree).domain());
        assertEquals("x.api", at(tree).below("api"));
        Files.createDirectories(shop.resolve(".git"));
        assertEquals("my-shop", at(shop).domain(), "the repository's own checkout has none");
    }

    @Test
    void aSubmoduleIsNoWorktree() throws IOException {
        Path module = Files.createDirectories(shop.resolve("module"));
        Path own = Files.createDirectories(shop.resolve(".git/modules/module"));
        write(own.resolve("HEAD"), "ref: refs/heads/x\n");
        write(module.resolve(".git"), "gitdir: ../.git/modules/module\n");
        assertEquals("module", at(module).domain());
    }

    @Test
    void aLinkThatLeadsNowhereIsNoWorktree() throws IOException {
        Path tree = Files.createDirectories(home.resolve("work/tree"));
        write(tree.resolve(".git"), "gitdir: /nowhere/.git/worktrees/tree\n");
        assertEquals("tree", at(tree).domain());
    }
}
