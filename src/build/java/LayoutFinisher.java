import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Completes the layout that the assembly copied. Run by the build with the JDK that the project is built with.
 *
 * <p>Argument: the layout's {@code lib} folder.
 */
final class LayoutFinisher {
    private LayoutFinisher() {}

    public static void main(String[] args) throws IOException {
        Path lib = Path.of(args[0]);
        Set<String> wanted = classPath(lib.resolve("gotunnel.jar"));
        for (String name : wanted) {
            if (!Files.exists(lib.resolve(name))) {
                throw new IOException("the manifest's Class-Path names " + name + ", which is not in " + lib);
            }
        }
        for (String name : contents(lib)) {
            // A jar of an earlier version would be packed for users; an AOT cache older than the jars would run old
            // code.
            if (name.endsWith(".jar") && !wanted.contains(name) || name.startsWith("gotunnel.aot")) {
                Files.delete(lib.resolve(name));
            }
        }
        for (String name : wanted) {
            dropSignature(lib.resolve(name));
        }
        // The assembly dates every file at the project's fixed timestamp, by which neither the launcher nor the JVM
        // could see that a cache is older than this jar.
        Files.setLastModifiedTime(lib.resolve("gotunnel.jar"), FileTime.from(Instant.now()));
        // Where the launcher finds a Java on the machine that built it, whatever JAVA_HOME says there.
        Files.writeString(lib.resolve("built-with"), System.getProperty("java.home") + "\n");
    }

    /**
     * Takes a jar's signature off, as BouncyCastle's have one: a digest for each of 7,000 classes, which the JVM reads
     * whole before it defines the first of them (0.2 s and 12 MB). Nothing here asks for it: the library is called
     * directly, not as a security provider.
     */
    private static void dropSignature(Path jar) throws IOException {
        Path unsigned = jar.resolveSibling(jar.getFileName() + ".unsigned");
        try (JarFile from = new JarFile(jar.toFile(), false)) {
            if (from.stream().noneMatch(entry -> isSignature(entry.getName()))) {
                return;
            }
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getEntries().clear();
            try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(unsigned), manifest)) {
                for (JarEntry entry : Collections.list(from.entries())) {
                    if (!isSignature(entry.getName()) && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        JarEntry copy = new JarEntry(entry.getName());
                        copy.setTime(entry.getTime());
                        to.putNextEntry(copy);
                        from.getInputStream(entry).transferTo(to);
                    }
                }
            }
        }
        Files.move(unsigned, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isSignature(String entry) {
        return entry.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    }

    private static Set<String> classPath(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            String entries = file.getManifest().getMainAttributes().getValue("Class-Path");
            Set<String> names = new HashSet<>(List.of(entries.split(" ")));
            names.add(jar.getFileName().toString());
            return names;
        }
    }

    private static List<String> contents(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
