import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * Which classes of a library a program can come to: those that it names, and those that they name in turn, in code,
 * signatures or texts. Errs on the side of too many.
 */
final class ReachableClasses {
    private static final String CLASS = ".class";

    private final String prefix;
    private final Pattern names;
    private final Map<String, Set<String>> library = new HashMap<>();
    private final Set<String> roots = new HashSet<>();
    private final Set<String> reached = new HashSet<>();

    /** @param prefix of the library's packages, such as {@code org/name/} */
    ReachableClasses(String prefix) {
        this.prefix = prefix;
        this.names = Pattern.compile(prefix.replace("/", "[./]") + "[\\w$./]+");
    }

    /** Takes the library's classes from a jar, or what the program's own name of them. */
    void read(Path jar, boolean program) throws IOException {
        try (JarFile file = new JarFile(jar.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (name.endsWith(CLASS) && (program || name.startsWith(prefix))) {
                    try (InputStream in = file.getInputStream(file.getJarEntry(name))) {
                        Set<String> named = named(in.readAllBytes());
                        if (program) {
                            roots.addAll(named);
                        } else {
                            library.put(name.substring(0, name.length() - CLASS.length()), named);
                        }
                    }
                }
            }
        }
        reached.clear();
    }

    private Set<String> named(byte[] content) {
        Set<String> found = new HashSet<>();
        for (PoolEntry entry : ClassFile.of().parse(content).constantPool()) {
            if (entry instanceof Utf8Entry text) {
                Matcher matcher = names.matcher(text.stringValue());
                while (matcher.find()) {
                    found.add(matcher.group().replace('.', '/'));
                }
            }
        }
        return found;
    }

    /** Whether an entry of a jar is none of the library's classes, or one that is reached. */
    boolean isReached(String entry) {
        if (reached.isEmpty()) {
            Deque<String> ahead = new ArrayDeque<>(roots);
            while (!ahead.isEmpty()) {
                String name = ahead.remove();
                if (library.containsKey(name) && reached.add(name)) {
                    ahead.addAll(library.get(name));
                }
            }
        }
        return !entry.startsWith(prefix)
                || !entry.endsWith(CLASS)
                || reached.contains(entry.substring(0, entry.length() - CLASS.length()));
    }
}
