package dev.gotunnel.system;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Chromium without a window, driven over its DevTools protocol. Trusts what stands in the NSS database of its own
 * home folder and nothing of the machine's user.
 */
final class Chromium implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/");

    private final JsonMapper json = JsonMapper.shared();
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(10_000);
    private final WebSocket socket;
    private int lastId;

    /** Starts a browser that trusts a certificate, or nothing besides its own list when that is null. */
    Chromium(Program program, Path home, Path trusted) throws Exception {
        this(
                (command, log) -> program.launch(home, command, log, Map.of("HOME", home.toString())),
                home.resolve("profile"),
                log(program, home, trusted));
    }

    private static Path log(Program program, Path home, Path trusted) throws Exception {
        Files.createDirectories(home.resolve(".pki/nssdb"));
        certutil(program, home, List.of("-N", "--empty-password"));
        if (trusted != null) {
            certutil(program, home, List.of("-A", "-t", "C,,", "-n", "gotunnel", "-i", trusted.toString()));
        }
        return home.resolve("chromium.txt");
    }

    /** How a browser is started, and by whom. */
    interface Launcher {
        void launch(List<String> command, Path output) throws Exception;
    }

    /** Starts a browser that trusts what it finds where it is started. */
    Chromium(Launcher launcher, Path profile, Path log) throws Exception {
        launcher.launch(
                List.of(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--host-resolver-rules=MAP *.test 127.0.0.1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"),
                log);
        Program.await(
                "DevTools",
                Duration.ofSeconds(30),
                () -> PORT.matcher(Files.readString(log)).find());
        Matcher port = PORT.matcher(Files.readString(log));
        port.find();
        URI pages = URI.create("http://127.0.0.1:" + port.group(1) + "/json/list");
        JsonNode page = json.readTree(http.send(HttpRequest.newBuilder(pages).build(), BodyHandlers.ofString())
                .body());
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page.get(0).get("webSocketDebuggerUrl").asString()), new Listener())
                .get(10, TimeUnit.SECONDS);
        call("Page.enable", "{}");
    }

    private static void certutil(Program program, Path home, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("certutil", "-d", "sql:" + home.resolve(".pki/nssdb")));
        command.addAll(arguments);
        Process process = program.launch(home, command, home.resolve("certutil.txt"), Map.of());
        if (process.waitFor() != 0) {
            throw new AssertionError(Files.readString(home.resolve("certutil.txt")));
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                answers.add(message.toString());
                message.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }

    private JsonNode call(String method, String parameters) throws Exception {
        int id = ++lastId;
        String command = "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}";
        socket.sendText(command, true).get(10, TimeUnit.SECONDS);
        while (true) {
            String answer = answers.poll(30, TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("Chromium does not answer " + method);
            }
            JsonNode node = json.readTree(answer);
            if (node.path("id").asInt(0) == id) {
                return node;
            }
        }
    }

    /** Opens a page and returns the error that the browser shows instead of it, empty for none. */
    String open(String url) throws Exception {
        JsonNode answer = call("Page.navigate", "{\"url\":" + json.writeValueAsString(url) + "}");
        return answer.path("result").path("errorText").asString("");
    }

    /** The value of an expression in the page, as text. */
    String evaluate(String expression) throws Exception {
        JsonNode answer = call(
                "Runtime.evaluate",
                "{\"returnByValue\":true,\"expression\":" + json.writeValueAsString(expression) + "}");
        return answer.path("result").path("result").path("value").asString("");
    }

    /** Waits until an expression has a value. */
    void await(String expression, String expected) throws Exception {
        Program.await(
                expression + " is " + expected,
                Duration.ofSeconds(20),
                () -> evaluate(expression).equals(expected));
    }

    @Override
    public void close() {
        socket.abort();
        http.close();
    }
}
