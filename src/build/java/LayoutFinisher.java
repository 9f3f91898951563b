import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;

/**
 * Completes the layout that the assembly copied. Run by the build with the JDK that the project is built with.
 *
 * <p>Argument: the layout's {@code lib} folder.
 */
final class LayoutFinisher {
    /** In the class file format: after the magic number and the minor version (JVM specification 4.1). */
    private static final int MAJOR_VERSION_AT = 6;

    private static final String PROGRAM = "gotunnel.jar";

    /** Where Netty's jars have their libraries. */
    private static final String NATIVES = "META-INF/native/";

    private LayoutFinisher() {}

    public static void main(String[] args) throws IOException {
        Path lib = Path.of(args[0]);
        Set<String> wanted = classPath(lib.resolve(PROGRAM));
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
        ReachableClasses bouncyCastle = new ReachableClasses("org/bouncycastle/");
        for (String name : wanted) {
            bouncyCastle.read(lib.resolve(name), name.equals(PROGRAM));
        }
        for (String name : wanted) {
            if (!name.equals(PROGRAM)) {
                prepare(lib.resolve(name), bouncyCastle::isReached);
            }
            unpackNatives(lib.resolve(name), lib.resolve("native"));
        }
        // The assembly dates every file at the project's fixed timestamp, by which neither the launcher nor the JVM
        // could see that a cache is older than this jar.
        Files.setLastModifiedTime(lib.resolve(PROGRAM), FileTime.from(Instant.now()));
        // Where the launcher finds a Java on the machine that built it, whatever JAVA_HOME says there.
        Files.writeString(lib.resolve("built-with"), System.getProperty("java.home") + "\n");
        describe(lib);
    }

    /** What the program says of itself, where packages have it: the manual page, and the completion of each shell. */
    private static void describe(Path lib) throws IOException {
        Path share = lib.resolveSibling("share");
        print(lib, share.resolve("man/man1/gotunnel.1"), "man");
        print(lib, share.resolve("bash-completion/completions/gotunnel"), "completion", "bash");
        print(lib, share.resolve("zsh/site-functions/_gotunnel"), "completion", "zsh");
        print(lib, share.resolve("fish/vendor_completions.d/gotunnel.fish"), "completion", "fish");
    }

    private static void print(Path lib, Path file, String... words) throws IOException {
        Files.createDirectories(file.getParent());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                lib.resolve(PROGRAM).toString()));
        command.addAll(List.of(words));
        ProcessBuilder program = new ProcessBuilder(command).redirectOutput(file.toFile());
        program.redirectError(ProcessBuilder.Redirect.INHERIT);
        // The configuration of whoever builds is none of its business.
        program.environment().put("GOTUNNEL_CONFIG_DIR", lib.resolve("none").toString());
        try {
            if (program.start().waitFor() != 0) {
                throw new IOException("gotunnel " + String.join(" ", words) + " failed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /**
     * Makes a jar quick to load. Each start reads the manifests of all jars, and the list of their entries once a class is
     * looked for that is in none. So a manifest says no more than whose it is, and what is for other readers than a JVM
     * goes: folders, module descriptors, signatures (a digest for each class, which nothing here asks for), the variants of
     * classes for older Java. Of BouncyCastle only what can be reached is kept. Classes compiled for Java 5, as picocli's
     * are, get the version and the stack maps of Java 8: an AOT cache holds no older ones.
     */
    private static void prepare(Path jar, Predicate<String> isReached) throws IOException {
        Path prepared = jar.resolveSibling(jar.getFileName() + ".prepared");
        try (JarFile from = new JarFile(jar.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
            ClassFile modern = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing(type -> stream(from, type))
                                    .orElse(ClassHierarchyResolver.defaultResolver())));
            try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(prepared), manifest(from))) {
                for (JarEntry entry : from.versionedStream().toList()) {
                    String name = entry.getName();
                    if (entry.isDirectory() || isForOthers(name) || !isReached.test(name)) {
                        continue;
                    }
                    byte[] content = bytes(from, name);
                    JarEntry copy = new JarEntry(name);
                    copy.setTime(entry.getTime());
                    to.putNextEntry(copy);
                    to.write(isClass(name) && isOld(content) ? modernised(modern, content) : content);
                }
            }
        }
        Files.move(prepared, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Manifest manifest(JarFile jar) throws IOException {
        Attributes all = jar.getManifest().getMainAttributes();
        Manifest kept = new Manifest();
        kept.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        for (Attributes.Name name :
                List.of(Attributes.Name.IMPLEMENTATION_TITLE, Attributes.Name.IMPLEMENTATION_VERSION)) {
            if (all.containsKey(name)) {
                kept.getMainAttributes().put(name, all.getValue(name));
            }
        }
        return kept;
    }

    private static boolean isForOthers(String entry) {
        return entry.equals(JarFile.MANIFEST_NAME)
                || entry.endsWith("module-info.class")
                || entry.startsWith("META-INF/maven/")
                || entry.startsWith("META-INF/versions/")
                || isSignature(entry);
    }

    /** Netty would unpack its libraries into the folder for temporary files, 3 MB at each start, if that allows code. */
    private static void unpackNatives(Path jar, Path folder) throws IOException {
        try (JarFile from = new JarFile(jar.toFile(), false)) {
            for (JarEntry entry : Collections.list(from.entries())) {
                if (entry.getName().startsWith(NATIVES) && !entry.isDirectory()) {
                    Files.createDirectories(folder);
                    Files.write(
                            folder.resolve(entry.getName().substring(NATIVES.length())), bytes(from, entry.getName()));
                }
            }
        }
    }

    private static byte[] modernised(ClassFile modern, byte[] content) {
        ClassTransform version = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            } else {
                builder.with(element);
            }
        };
        // Bodies that are taken over as they are would get no stack maps.
        ClassTransform bodies = ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
        return modern.transformClass(modern.parse(content), version.andThen(bodies));
    }

    private static boolean isClass(String entry) {
        return entry.endsWith(".class");
    }

    /** Whether it was compiled for less than Java 6, the first version with stack maps. */
    private static boolean isOld(byte[] content) {
        return ByteBuffer.wrap(content).getShort(MAJOR_VERSION_AT) < ClassFile.JAVA_6_VERSION;
    }

    private static byte[] bytes(JarFile jar, String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getJarEntry(entry))) {
            return in.readAllBytes();
        }
    }

    private static InputStream stream(JarFile jar, ClassDesc type) {
        String descriptor = type.descriptorString();
        JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
