package dev.gotunnel.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemoBackendTest {
    private DemoBackend backend;
    private HttpClient client;

    @BeforeEach
    void open() {
        backend = new DemoBackend();
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void close() {
        client.shutdownNow();
        client.close();
        backend.close();
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + backend.port() + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri("http", path));
    }

    @Test
    void thePageShowsTheRequestAndRunsNothingOfIt() throws Exception {
        HttpResponse<String> page = send(request("/?a=%3Cb%3E").header("X-Told", "<script>&\""));
        assertEquals(200, page.statusCode());
        assertEquals(
                "text/html; charset=utf-8",
                page.headers().firstValue("content-type").orElse(""));
        assertTrue(page.body().contains("&lt;script&gt;&amp;&quot;"));
        assertFalse(page.body().contains("<script>&"));
        assertFalse(page.body().contains("{{"));
    }

    @Test
    void theEchoIsTheRequestAsItArrived() throws Exception {
        HttpResponse<String> echo =
                send(request("/echo?x").header("X-Told", "so").POST(HttpRequest.BodyPublishers.ofString("body")));
        assertTrue(echo.body().startsWith("POST /echo?x\n"), echo.body());
        assertTrue(echo.body().contains("X-Told: so\n"), echo.body());
        assertTrue(echo.body().endsWith("\n\nbody"), echo.body());
    }

    @Test
    void headHasNoBodyAndAnUnknownPathIsNotFound() throws Exception {
        HttpResponse<String> head = send(request("/").HEAD());
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
        assertEquals(404, send(request("/nowhere")).statusCode());
    }

    @Test
    void theClockTicksAsEvents() throws Exception {
        HttpResponse<java.io.InputStream> events =
                client.send(request("/events").build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
            assertTrue(String.valueOf(lines.readLine()).matches("data: \\d\\d:\\d\\d.*"));
        }
    }

    @Test
    void theWebSocketAnswers() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(uri("ws", DemoBackend.WEBSOCKET_PATH), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        heard.complete(data.toString());
                        return null;
                    }
                })
                .get();
        socket.sendText("hi", true).get();
        assertEquals("You said: hi", heard.get());
        socket.abort();
    }
}
