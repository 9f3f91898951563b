import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Builds the privileged helper into the layout, or tests it. Run by the build. Where Go is not installed it says so and does
 * nothing: all the rest of the program works without.
 *
 * <p>Arguments: {@code build} or {@code test}, the helper's folder, the layout, the version, a folder for caches.
 */
final class HelperBuilder {
    /** What of the caller's variables for Go is kept: places, which do not change what is built. */
    private static final Set<String> KEPT = Set.of("GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOTMPDIR");

    /** Where Go keeps its cache by itself, on one system or another. */
    private static final List<String> HOMES = List.of("GOCACHE", "XDG_CACHE_HOME", "HOME", "LocalAppData", "home");

    private final Path source;
    private final Path layout;
    private final String version;
    private final Path caches;

    private HelperBuilder(Path source, Path layout, String version, Path caches) {
        this.source = source;
        this.layout = layout;
        this.version = version;
        this.caches = caches;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        HelperBuilder builder = new HelperBuilder(Path.of(args[1]), Path.of(args[2]), args[3], Path.of(args[4]));
        switch (args[0]) {
            case "build" -> builder.build();
            case "test" -> builder.test();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private void build() throws IOException, InterruptedException {
        boolean windows = system().startsWith("windows");
        Path helper = layout.resolve("libexec").resolve(windows ? "gotunnel-helper.exe" : "gotunnel-helper");
        Path policy = layout.resolve("share/polkit-1/actions/dev.gotunnel.policy");
        // Those of an earlier build would be packed for users.
        Files.deleteIfExists(helper);
        Files.deleteIfExists(policy);
        if (!isGoInstalled()) {
            say("Go is not installed: built WITHOUT the privileged helper (libexec/gotunnel-helper).");
            return;
        }
        Files.createDirectories(helper.getParent());
        // The same bytes wherever it is built: no paths, no state of the repository, no build id.
        go(
                "build",
                "-trimpath",
                "-buildvcs=false",
                "-ldflags=-s -w -buildid= -X main.version=" + version,
                "-o",
                helper.toString(),
                ".");
        if (!windows) {
            // As packages install it, whatever the file mode mask: others must not be able to write to it.
            Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        if (system().startsWith("linux")) {
            Files.createDirectories(policy.getParent());
            Files.copy(source.resolve("polkit").resolve(policy.getFileName()), policy);
        }
    }

    private void test() throws IOException, InterruptedException {
        if (!isGoInstalled()) {
            say("Go is not installed: the tests of the privileged helper are SKIPPED.");
            return;
        }
        go("vet", "./...");
        go("test", "./...");
    }

    private boolean isGoInstalled() throws InterruptedException {
        try {
            return command("version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            // What ProcessBuilder says of a program that is not there.
            return false;
        }
    }

    private void go(String... arguments) throws IOException, InterruptedException {
        int exit = command(arguments).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException("go " + arguments[0] + " failed with exit code " + exit);
        }
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("go"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(source.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("GO") && !KEPT.contains(name));
        environment.put("CGO_ENABLED", "0");
        // Nothing is to be fetched, be it a module or another Go.
        environment.putAll(
                Map.of("GOPROXY", "off", "GOTOOLCHAIN", "local", "GOWORK", "off", "GOFLAGS", "-mod=readonly"));
        if (HOMES.stream().noneMatch(environment::containsKey)) {
            environment.put("GOCACHE", caches.resolve("build").toString());
        }
        return builder;
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }

    private static void say(String what) {
        String line = "*".repeat(100);
        System.out.printf(
                "%s%n* %s%n* Install Go 1.19 or newer to have it. All else works without.%n%s%n", line, what, line);
    }
}
