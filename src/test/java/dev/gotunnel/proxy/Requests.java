package dev.gotunnel.proxy;

import dev.gotunnel.testing.EngineFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Requests to the name {@code localhost} through an engine. */
final class Requests {
    private Requests() {}

    static HttpRequest.Builder to(EngineFixture fixture, String target) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + fixture.securePort() + target))
                .timeout(Duration.ofSeconds(20));
    }

    static HttpResponse<String> get(HttpClient client, EngineFixture fixture, String target)
            throws IOException, InterruptedException {
        return client.send(to(fixture, target).build(), HttpResponse.BodyHandlers.ofString());
    }
}
