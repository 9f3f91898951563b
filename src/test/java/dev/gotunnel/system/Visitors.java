package dev.gotunnel.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * The programs that are to see a padlock: real browsers, Java, Node, Python, curl and Git, as they are installed and without
 * any flag that is about certificates. Browsers are started once for all visits.
 */
final class Visitors implements AutoCloseable {
    static final String ACCEPTS = "accepts";
    static final String REFUSES = "refuses";

    /** How each of the programs says that it is the certificate it does not like. */
    private static final Pattern CERTIFICATE = Pattern.compile(
            "(?i)net::ERR_CERT_|SEC_ERROR_|MOZILLA_PKIX_|certificate|SSL CA cert|certification path|trustAnchors|_ISSUER_|_CERT_|"
                    + "permitted subtree");

    /** Ways of asking for a page. */
    private interface Visitor {
        String open(String url) throws Exception;
    }

    private final PrivateMachine machine;
    private final Map<String, Visitor> visitors = new LinkedHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private static int visits;

    /**
     * The programs of a machine.
     *
     * @param variables a file for a shell with variables to set; null for none
     * @param taught the programs that get those variables
     * @param profiles the Firefox profiles to start it with, by a name
     */
    Visitors(PrivateMachine machine, Path folder, Path variables, List<String> taught, Map<String, Path> profiles)
            throws Exception {
        this.machine = machine;
        Path home = machine.home();
        int round = visits;
        browser("chromium", launcher -> {
            Chromium browser =
                    new Chromium(launcher, home.resolve("chromium-" + round), folder.resolve("chromium-" + round));
            open.add(browser);
            return browser::open;
        });
        for (Map.Entry<String, Path> profile : profiles.entrySet()) {
            browser(profile.getKey(), launcher -> {
                Firefox browser =
                        new Firefox(launcher, profile.getValue(), folder.resolve(profile.getKey() + "-" + round));
                open.add(browser);
                return browser::open;
            });
        }
        Path classes = Files.createDirectories(machine.file("/mnt/classes"));
        if (ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                System.err,
                                System.err,
                                "--release",
                                "8",
                                "-Xlint:-options",
                                "-d",
                                classes.toString(),
                                "src/test/system/Fetch.java")
                != 0) {
            throw new AssertionError("Fetch does not compile");
        }
        command("java-own", variables, taught, home + "/.jdks/own/bin/java", "-cp", "/mnt/classes", "Fetch");
        command("java-system", variables, taught, "/usr/bin/java", "-cp", "/mnt/classes", "Fetch");
        command("curl", variables, taught, "curl", "-sS", "--max-time", "30");
        command("git", variables, taught, "git", "ls-remote");
        command(
                "python",
                variables,
                taught,
                "/usr/bin/python3",
                "-c",
                "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)");
        command(
                "node",
                variables,
                taught,
                "node",
                "-e",
                "require('https').get(process.argv[1], r => r.resume())"
                        + ".on('error', e => { console.log(e.code, e.message); process.exit(1); })");
    }

    private interface Start {
        Visitor with(Chromium.Launcher launcher) throws Exception;
    }

    private void browser(String name, Start start) throws Exception {
        visitors.put(name, start.with((command, log) -> {
            Process process = machine.launch(command, log);
            open.add(() -> PrivateMachine.end(process));
        }));
    }

    private void command(String name, Path variables, List<String> taught, String... command) {
        List<String> full = new ArrayList<>();
        if (variables != null && taught.contains(name)) {
            full.addAll(List.of("bash", "-c", ". '" + variables + "' && exec \"$@\"", "bash"));
        }
        full.addAll(List.of(command));
        visitors.put(name, url -> {
            List<String> call = new ArrayList<>(full);
            call.add(url);
            PrivateMachine.Answer answer = machine.run(call.toArray(String[]::new));
            return answer.exit() == 0 ? "" : answer.text();
        });
    }

    /** What each program makes of a server: {@link #ACCEPTS} or {@link #REFUSES}, else how it failed. */
    Map<String, String> visit(String origin, WebServer server) throws Exception {
        Map<String, String> found = new LinkedHashMap<>();
        for (Map.Entry<String, Visitor> visitor : visitors.entrySet()) {
            String path = "/visit-" + ++visits;
            String failure = visitor.getValue().open(origin + path);
            if (server.wasAskedFor(path)) {
                found.put(visitor.getKey(), ACCEPTS);
            } else {
                found.put(visitor.getKey(), CERTIFICATE.matcher(failure).find() ? REFUSES : failure);
            }
        }
        return found;
    }

    /** The same of all of them. */
    Map<String, String> all(String word) {
        Map<String, String> expected = new LinkedHashMap<>();
        visitors.keySet().forEach(name -> expected.put(name, word));
        return expected;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }
}
