package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Real development servers behind a name that none of them was told of, https://app.test: what they refuse shows as a
 * limitation, the command that it names mends it, and hot reload and forms work in Chromium then, but not for pages of
 * others. Needs node and npm, Django and Rails.
 */
@Tag("system")
class DevServerSystemTest {
    private static final Path SITES = Path.of("src/test/resources/devservers");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path sites;

    @TempDir
    Path folder;

    private Program program;
    private int port;
    private int https;
    private Path authority = Path.of("");

    /** The packages of all that run on node, once. */
    @BeforeAll
    static void install() throws Exception {
        try (Stream<Path> files = Files.walk(SITES)) {
            for (Path file : files.toList()) {
                Path copy = sites.resolve(SITES.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        Path log = sites.resolve("npm.txt");
        int status = new ProcessBuilder("npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts")
                .directory(sites.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        assertEquals(0, status, () -> read(log));
    }

    @BeforeEach
    void choosePorts() throws IOException {
        program = new Program(folder);
        port = Program.freePort();
        https = Program.freePort();
    }

    @AfterEach
    void stop() throws InterruptedException {
        program.close();
    }

    // ---- the servers

    @Test
    void viteReloadsHot() throws Exception {
        serve("vite", "ready in", Map.of(), "node", "../node_modules/vite/bin/vite.js", "--port", "PORT");
        try (Chromium browser = tunnel()) {
            open(browser);
            browser.await(
                    "document.body.innerText.split('\\n')[0]",
                    "Blocked request. This host (\"app.test\") is not allowed.");
            mend("Vite at http://localhost:" + port + " refuses requests for app.test");
            open(browser);
            reloadsHot(browser, "vite/word.js");
        }
    }

    @Test
    void webpackReloadsHot() throws Exception {
        serve("webpack", "compiled successfully", Map.of(), "node", "serve.js", "PORT");
        try (Chromium browser = tunnel()) {
            open(browser);
            browser.await("document.body.innerText", "Invalid Host header");
            mend("webpack-dev-server at http://localhost:" + port + " refuses requests for app.test");
            open(browser);
            reloadsHot(browser, "webpack/word.js");
        }
    }

    @Test
    void nextReloadsHotAndTakesServerActions() throws Exception {
        Map<String, String> silent = Map.of("NEXT_TELEMETRY_DISABLED", "1");
        serve("next", "Ready in", silent, "node", "../node_modules/next/dist/bin/next", "dev", "-p", "PORT");
        try (Chromium browser = tunnel()) {
            open(browser);
            browser.await("document.querySelector('h1').textContent", "before");
            mend("Next.js at http://localhost:" + port + " refuses hot reload to pages of app.test");
            assertTrue(read(sites.resolve("next.txt")).contains("allowedDevOrigins: ['app.test']"));
            open(browser);
            reloadsHot(browser, "next/app/word.js");
            say(browser);
            String action = field(curl(), "(\\$ACTION_ID_\\w+)");
            assertEquals("200", post("https://app.test:" + https, "-F", action + "=", "-F", "word=curl"));
            assertEquals("500", post("https://evil.example", "-F", action + "=", "-F", "word=curl"));
        }
    }

    @ParameterizedTest
    @CsvSource({"yes, no", "no, no", "yes, yes"})
    void djangoTakesForms(String debug, String forwardedHost) throws Exception {
        Map<String, String> settings = Map.of("DEBUG", debug, "FORWARDED_HOST", forwardedHost, "PYTHONUNBUFFERED", "1");
        serve(
                "django",
                "Quit the server",
                settings,
                python(),
                "manage.py",
                "runserver",
                "--noreload",
                "localhost:PORT");
        try (Chromium browser = tunnel()) {
            open(browser);
            browser.await("document.title.split(/\\s/)[0]", debug.equals("yes") ? "DisallowedHost" : "Bad");
            mend("Django at http://localhost:" + port + " answers requests for app.test with 400");
            open(browser);
            browser.await("document.title", "web");
            say(browser);
            String token = field(curl(), "value=(\\w{32,})");
            String[] form = {"-d", "csrfmiddlewaretoken=" + token, "-d", "word=curl"};
            assertEquals("200", post("https://app.test:" + https, form));
            // It looks at the origin from its version 4 on.
            boolean old = read(sites.resolve("django.txt")).contains("Django version 3");
            assertEquals(old ? "200" : "403", post("https://evil.example", form));
        }
    }

    @Test
    void railsTakesForms() throws Exception {
        serve(
                "rails",
                "HTTPServer#start",
                Map.of("RAILS_ENV", "development"),
                "rackup",
                "-o",
                "localhost",
                "-p",
                "PORT");
        try (Chromium browser = tunnel()) {
            open(browser);
            browser.await(
                    "document.querySelector('h1').textContent.replace('hosts', 'host')", "Blocked host: app.test");
            mend("Rails at http://localhost:" + port + " refuses requests for app.test");
            open(browser);
            browser.await("document.title", "web");
            say(browser);
            String token = field(curl(), "name=\"authenticity_token\" value=\"([^\"]+)\"");
            String[] form = {"--data-urlencode", "authenticity_token=" + token, "-d", "word=curl"};
            assertEquals("200", post("https://app.test:" + https, form));
            assertEquals("422", post("https://evil.example", form));
        }
    }

    // ---- steps

    /** Starts a server in its folder, and waits for what it says when it is ready. */
    private void serve(String site, String ready, Map<String, String> environment, String... command) throws Exception {
        Path log = sites.resolve(site + ".txt");
        List<String> words =
                Stream.of(command).map(word -> word.replace("PORT", "" + port)).toList();
        program.launch(sites.resolve(site), words, log, environment);
        Program.await(site + " says " + ready, PATIENCE, () -> read(log).contains(ready));
    }

    /** Starts the tunnel, and a browser that trusts it. */
    private Chromium tunnel() throws Exception {
        program.start(
                "start",
                "--port",
                "" + port,
                "--domain",
                "app.test",
                "--proxy-https-port",
                "" + https,
                "--proxy-http-port",
                "0");
        program.awaitOutput(1, "app is running");
        authority = program.rootCertificate();
        return new Chromium(program, folder.resolve("home"), authority);
    }

    private void open(Chromium browser) throws Exception {
        assertEquals("", browser.open("https://app.test:" + https + "/"));
    }

    /** Waits for the limitation, does what it says, and sees it go. */
    private void mend(String message) throws Exception {
        Program.await("the limitation", PATIENCE, () -> !refusals().isEmpty());
        JsonNode refusal = refusals().getFirst();
        assertTrue(refusal.path("message").asString().startsWith(message), refusal::toString);
        String[] command = refusal.path("fix").asString().split(" ");
        assertEquals("gotunnel", command[0]);
        program.run(Stream.of(command).skip(1).toArray(String[]::new));
        assertEquals(List.of(), refusals());
    }

    private List<JsonNode> refusals() throws Exception {
        JsonNode tunnel = JsonMapper.shared().readTree(program.run("status", "app", "--format", "json"));
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode limitation : tunnel.path("limitations")) {
            if (limitation.path("code").asString().equals("host-refused")) {
                found.add(limitation);
            }
        }
        return found;
    }

    /** Saves another word, which the page shows without being loaded again. */
    private void reloadsHot(Chromium browser, String file) throws Exception {
        Path source = sites.resolve(file);
        String before = Files.readString(source);
        browser.await("document.title", "before");
        browser.evaluate("window.stayed = 'yes'");
        int[] looks = {0};
        // Only browsers whose WebSocket is open by then are told: save until it is.
        Program.await("the update", PATIENCE, () -> {
            if (looks[0]++ % 40 == 0) {
                Files.writeString(source, before.replace("before", "after") + "// " + looks[0] + "\n");
            }
            return browser.evaluate("document.title").equals("after");
        });
        assertEquals("yes", browser.evaluate("window.stayed"), "the page was reloaded instead of updated");
        assertEquals(List.of(), refusals());
    }

    /** Sends the page's form, as a user does. */
    private static void say(Chromium browser) throws Exception {
        browser.evaluate("document.querySelector('form button').click()");
        browser.await("document.getElementById('said').textContent", "hello");
    }

    /** The page, whose cookies are kept. */
    private String curl(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "--max-time",
                "60",
                "--cacert",
                authority.toString(),
                "--resolve",
                "app.test:" + https + ":127.0.0.1",
                "-b",
                "cookies",
                "-c",
                "cookies",
                "https://app.test:" + https + "/"));
        command.addAll(List.of(more));
        Path output = folder.resolve("curl.txt");
        program.launch(folder, command, output, Map.of()).waitFor();
        return read(output);
    }

    /** The status of a form that a page of some origin sends. */
    private String post(String origin, String... form) throws Exception {
        List<String> more = new ArrayList<>(List.of(
                "-o", "page.txt", "-w", "%{http_code}", "-H", "Origin: " + origin, "-H", "Referer: " + origin + "/"));
        more.addAll(List.of(form));
        return curl(more.toArray(String[]::new));
    }

    private static String field(String page, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(page);
        assertTrue(matcher.find(), page);
        return matcher.group(1);
    }

    /** An interpreter that has Django: the user's own, or that of the system's packages. */
    private static String python() throws Exception {
        for (String candidate : List.of("python3", "/usr/bin/python3")) {
            Process process = new ProcessBuilder(candidate, "-c", "import django")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() == 0) {
                return candidate;
            }
        }
        throw new AssertionError("no python3 has Django: install python3-django");
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
