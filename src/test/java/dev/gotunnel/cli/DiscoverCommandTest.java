package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.discovery.ListeningPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiscoverCommandTest {
    @TempDir
    Path temp;

    private FakeSurroundings around;
    private Path shop;

    @BeforeEach
    void open() throws Exception {
        around = new FakeSurroundings(temp);
        shop = Files.createDirectories(temp.resolve("shop"));
        Files.writeString(shop.resolve("package.json"), "{\"name\": \"shop\"}");
    }

    @AfterEach
    void close() {
        around.close();
    }

    private void listens(int port, String program, Path folder, String... command) {
        around.listening.add(new ListeningPort(port, 40 + around.listening.size(), program, List.of(command), folder));
    }

    @Test
    void listsWhatRunsWithANameForEachAndTheTunnelThatLeadsThere() {
        around.tunnels.running("api", "http://127.0.0.1:3000");
        around.owned();
        listens(3000, "node", shop, "node", "server.js");
        listens(5173, "node", shop, "node", "node_modules/.bin/vite");
        listens(5432, "postgres", Path.of("/"), "postgres");
        Printed printed = around.run("discover");
        assertEquals(
                "PORT  PROGRAM            FOLDER" + " ".repeat(shop.toString().length() - 6)
                        + "  FRAMEWORK  NAME       TUNNEL\n"
                        + "3000  node (pid 40)      " + shop + "  -          shop       default/api\n"
                        + "5173  node (pid 41)      " + shop + "  Vite       shop-5173  -\n"
                        + "5432  postgres (pid 42)  /"
                        + " ".repeat(shop.toString().length() - 1)
                        + "  -          -          -\n\n"
                        + "  Name one: gotunnel start --port 5173 --domain shop-5173\n",
                printed.out());
        assertEquals(0, printed.exit());
    }

    @Test
    void tellsProgramsTheSame() {
        listens(5173, "node", shop, "vite");
        String json = around.run("discover", "--format", "json").out();
        assertEquals(
                "[ {\n  \"port\" : 5173,\n  \"pid\" : 40,\n  \"program\" : \"node\",\n  \"folder\" : \"" + shop
                        + "\",\n  \"framework\" : \"Vite\",\n  \"name\" : \"shop\",\n  \"tunnel\" : \"\"\n} ]\n",
                json);
        assertTrue(around.run("discover", "--format", "yaml").out().startsWith("- port: 5173\n"));
    }

    @Test
    void thePortsOfTheEngineAreNone() {
        around.owned();
        around.listening.add(new ListeningPort(8443, ProcessHandle.current().pid(), "java", List.of("java"), null));
        Printed printed = around.run("discover");
        assertEquals(
                "None of your programs listens on a port.\n  Run one with a name: gotunnel run -- npm run dev\n",
                printed.out());
    }

    @Test
    void aProgramOfNoProjectHasItsOwnName() {
        listens(8000, "python3.11", Path.of("/"), "python3", "-m", "http.server");
        assertTrue(around.run("discover").out().contains("http.server  python3-11"));
    }
}
