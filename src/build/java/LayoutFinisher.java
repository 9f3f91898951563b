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
    /** In the class file format: after the magic number and the minor version (JVM specification 4.1). */
    private static final int MAJOR_VERSION_AT = 6;

    /** Where Netty's jars have their libraries. */
    private static final String NATIVES = "META-INF/native/";

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
            prepare(lib.resolve(name));
            unpackNatives(lib.resolve(name), lib.resolve("native"));
        }
        // The assembly dates every file at the project's fixed timestamp, by which neither the launcher nor the JVM
        // could see that a cache is older than this jar.
        Files.setLastModifiedTime(lib.resolve("gotunnel.jar"), FileTime.from(Instant.now()));
        // Where the launcher finds a Java on the machine that built it, whatever JAVA_HOME says there.
        Files.writeString(lib.resolve("built-with"), System.getProperty("java.home") + "\n");
    }

    /**
     * Makes a jar quick to load. A signature is taken off, as BouncyCastle's have one: a digest for each of 7,000 classes,
     * which the JVM reads whole before it defines the first of them (0.2 s and 12 MB); nothing here asks for it, since the
     * library is called directly, not as a security provider. Classes compiled for Java 5, as picocli's are, get the
     * version and the stack maps of Java 8: an AOT cache holds no older ones, and each start would load and verify
     * hundreds from the jar (0.2 s).
     */
    private static void prepare(Path jar) throws IOException {
        Path prepared = jar.resolveSibling(jar.getFileName() + ".prepared");
        try (JarFile from = new JarFile(jar.toFile(), false)) {
            List<JarEntry> entries = Collections.list(from.entries());
            boolean signed = entries.stream().anyMatch(entry -> isSignature(entry.getName()));
            boolean old = false;
            for (JarEntry entry : entries) {
                old |= isClass(entry.getName()) && isOld(bytes(from, entry.getName()));
            }
            if (!signed && !old) {
                return;
            }
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getEntries().clear();
            ClassFile modern = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing(type -> stream(from, type))
                                    .orElse(ClassHierarchyResolver.defaultResolver())));
            try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(prepared), manifest)) {
                for (JarEntry entry : entries) {
                    if (isSignature(entry.getName()) || entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        continue;
                    }
                    byte[] content = bytes(from, entry.getName());
                    JarEntry copy = new JarEntry(entry.getName());
                    copy.setTime(entry.getTime());
                    to.putNextEntry(copy);
                    to.write(isClass(entry.getName()) && isOld(content) ? modernised(modern, content) : content);
                }
            }
        }
        Files.move(prepared, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Netty would unpack its libraries into the folder for temporary files, 3 MB at each start, if that allows code. */
    private static void unpackNatives(Path jar, Path folder) throws IOException {
        try (JarFile from = new JarFile(jar.toFile(), false)) {
            for (JarEntry entry : Collections.list(from.entries())) {
                if (entry.getName().startsWith(NATIVES) && !entry.isDirectory()) {
                    Files.createDirectories(folder);
                    Files.write(folder.resolve(entry.getName().substring(NATIVES.length())), bytes(from, entry.getName()));
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
        return entry.endsWith(".class") && !entry.endsWith("module-info.class");
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
