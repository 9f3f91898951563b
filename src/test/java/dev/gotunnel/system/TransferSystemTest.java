package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gibibyte each way through a real process, whose memory stays flat. Needs curl and node. */
@Tag("system")
class TransferSystemTest {
    private static final long GIBIBYTE = 1L << 30;
    private static final long FLAT_KIB = 48 * 1024;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2"})
    void movesAGibibyteEachWayWithFlatMemory(String protocol) throws Exception {
        Path big = folder.resolve("big");
        try (var file = Files.newByteChannel(big, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.position(GIBIBYTE - 1).write(ByteBuffer.wrap(new byte[1]));
        }
        try (Program program = new Program(folder)) {
            int https = Program.freePort();
            int backend = Program.freePort();
            String server = """
                    const fs = require('fs')
                    require('http').createServer((q, r) => {
                      if (q.method === 'GET') return fs.createReadStream('big').pipe(r)
                      let size = 0
                      q.on('data', d => { size += d.length }).on('end', () => r.end(String(size)))
                    }).listen(PORT)
                    """.replace("PORT", String.valueOf(backend));
            program.launch(folder, List.of("node", "-e", server), folder.resolve("node.txt"), Map.of());
            Process tunnel = program.start(
                    "start",
                    "--port",
                    String.valueOf(backend),
                    "--domain",
                    "big",
                    "--proxy-https-port",
                    String.valueOf(https),
                    "--proxy-http-port",
                    "0");
            program.awaitOutput(1, "Press Ctrl-C");
            String ca = program.rootCertificate().toString();
            String url = "https://big.localhost:" + https + "/";
            String[] curl = {"curl", "-sS", protocol, "--cacert", ca, "--max-time", "60"};

            transfer(program, curl, "-r", "0-67108863", "-o", "/dev/null", "-w", "%{http_code}", url);
            long warm = peak(tunnel);
            assertEquals(
                    String.valueOf(GIBIBYTE),
                    transfer(program, curl, "-o", "/dev/null", "-w", "%{size_download}", url));
            assertEquals(
                    String.valueOf(GIBIBYTE),
                    transfer(program, curl, "-X", "POST", "-H", "Expect:", "-T", big.toString(), url));
            long after = peak(tunnel);
            System.out.printf("%s: peak %d MiB after warm-up, %d MiB at the end%n", protocol, warm >> 10, after >> 10);
            assertTrue(after - warm < FLAT_KIB, "grew from " + warm + " to " + after + " KiB");
        }
    }

    private String transfer(Program program, String[] curl, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(curl));
        command.addAll(List.of(more));
        Path output = folder.resolve("curl.txt");
        Process process = program.launch(folder, command, output, Map.of());
        assertTrue(process.waitFor(90, TimeUnit.SECONDS), "curl did not end");
        return Files.readString(output);
    }

    /** The most that the process has had in memory so far, in KiB. */
    private static long peak(Process process) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
