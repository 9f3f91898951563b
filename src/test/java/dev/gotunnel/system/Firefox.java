package dev.gotunnel.system;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Firefox without a window, driven over WebDriver BiDi as it speaks that itself: no geckodriver is needed. */
final class Firefox implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("WebDriver BiDi listening on ws://127\\.0\\.0\\.1:(\\d+)");

    private final JsonMapper json = JsonMapper.shared();
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(1_000);
    private final WebSocket socket;
    private final String context;
    private int lastId;

    /** Starts the browser with a profile that there is. */
    Firefox(Chromium.Launcher launcher, Path profile, Path log) throws Exception {
        launcher.launch(
                List.of(
                        "firefox-esr",
                        "--headless",
                        "--no-remote",
                        "--profile",
                        profile.toString(),
                        "--remote-debugging-port",
                        "0",
                        "about:blank"),
                log);
        Program.await(
                "WebDriver BiDi",
                Duration.ofSeconds(60),
                () -> PORT.matcher(Files.readString(log)).find());
        Matcher port = PORT.matcher(Files.readString(log));
        port.find();
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port.group(1) + "/session"), new Listener())
                .get(10, TimeUnit.SECONDS);
        call("session.new", "{\"capabilities\":{}}");
        context = call("browsingContext.getTree", "{}")
                .path("result")
                .path("contexts")
                .get(0)
                .get("context")
                .asString();
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
            String answer = answers.poll(60, TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("Firefox does not answer " + method);
            }
            JsonNode node = json.readTree(answer);
            if (node.path("id").asInt(0) == id) {
                return node;
            }
        }
    }

    /** Opens a page and returns why the browser shows another one instead, empty when it does not. */
    String open(String url) throws Exception {
        JsonNode answer = call(
                "browsingContext.navigate",
                "{\"context\":\"" + context + "\",\"url\":" + json.writeValueAsString(url) + ",\"wait\":\"complete\"}");
        return answer.path("type").asString("").equals("error")
                ? answer.path("message").asString("no message")
                : "";
    }

    @Override
    public void close() {
        socket.abort();
        http.close();
    }
}
