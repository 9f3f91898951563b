package dev.gotunnel.trust;

import dev.gotunnel.cert.Pem;
import dev.gotunnel.platform.PrivateFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trust by environment variables, for programs that read no store that could be written: three files in gotunnel's data
 * folder, and the variables that lead to them.
 *
 * <p>Node adds what {@code NODE_EXTRA_CA_CERTS} names to what it trusts anyhow. All the other variables replace the
 * authorities of a program, so those files hold the system's too, and what a variable named before.
 */
public final class EnvironmentFiles {
    private static final Logger LOG = LoggerFactory.getLogger(EnvironmentFiles.class);

    private static final String NODE = "NODE_EXTRA_CA_CERTS";

    /** OpenSSL, Go, Ruby and Python's {@code ssl}; Python's requests and pip; curl; Git. */
    private static final List<String> REPLACING =
            List.of("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO");

    private static final String JAVA = "JAVA_TOOL_OPTIONS";
    private static final String TRUST_STORE = "-Djavax.net.ssl.trustStore=";
    private static final String ALSO = "# Also from: ";

    private final Path folder;
    private final TrustPlaces places;
    private final SystemTrustStores stores;

    /**
     * Files that are made by the first use.
     *
     * @param folder for them alone
     */
    public EnvironmentFiles(Path folder, TrustPlaces places, SystemTrustStores stores) {
        this.folder = folder;
        this.places = places;
        this.stores = stores;
    }

    /** The folder with the files. */
    public Path folder() {
        return folder;
    }

    private Path extra() {
        return folder.resolve("root.pem");
    }

    private Path bundle() {
        return folder.resolve("ca-bundle.pem");
    }

    private Path javaStore() {
        return folder.resolve("cacerts.jks");
    }

    /**
     * Brings the files up to date and returns the variables with their values, in the order to set them.
     *
     * @param withJava whether there is a Java that does not trust the root by its own store
     */
    public Map<String, String> variables(X509Certificate root, boolean withJava) {
        Map<String, String> variables = new LinkedHashMap<>();
        write(extra(), others(extra(), List.of(NODE)), "", List.of(root));
        variables.put(NODE, extra().toString());
        String authorities = authorities();
        if (!authorities.isEmpty()) {
            write(bundle(), others(bundle(), REPLACING), authorities, List.of(root));
            REPLACING.forEach(name -> variables.put(name, bundle().toString()));
            if (withJava) {
                javaOptions().ifPresent(options -> {
                    writeJavaStore(List.of(root), authorities);
                    variables.put(JAVA, options);
                });
            }
        }
        return variables;
    }

    /**
     * Writes the files anew that there are: the system's authorities change with its updates, and the root with a renewal.
     * Shells that took the variables in go on reading them, so what was named beside ours stays.
     *
     * @param roots more than one while another authority takes the place of the one in use
     */
    public void refresh(List<X509Certificate> roots) {
        if (!Files.exists(extra())) {
            return;
        }
        write(extra(), listed(extra()), "", roots);
        String authorities = authorities();
        if (Files.exists(bundle()) && !authorities.isEmpty()) {
            write(bundle(), listed(bundle()), authorities, roots);
        }
        if (Files.exists(javaStore()) && !authorities.isEmpty()) {
            writeJavaStore(roots, authorities);
        }
    }

    /** Deletes the files. */
    public void delete() {
        try {
            for (Path file : List.of(extra(), bundle(), javaStore())) {
                Files.deleteIfExists(file);
            }
            CreatedFolders.removeEmpty(List.of(folder));
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + folder, folder, e);
        }
    }

    /** What the variables named before ours; ours keeps a list of them for the next time. */
    private Set<Path> others(Path ours, List<String> names) {
        Set<Path> others = new LinkedHashSet<>();
        for (String name : names) {
            String value = places.environment().getOrDefault(name, "");
            try {
                if (value.equals(ours.toString())) {
                    others.addAll(listed(ours));
                } else if (!value.isBlank() && Files.isReadable(Path.of(value))) {
                    others.add(Path.of(value).toAbsolutePath());
                }
            } catch (InvalidPathException e) {
                LOG.warn("{} is set to what cannot be a file: {}", name, value);
            }
        }
        return others;
    }

    private static List<Path> listed(Path ours) {
        if (!Files.exists(ours)) {
            return List.of();
        }
        return read(ours)
                .lines()
                .takeWhile(line -> line.startsWith("#"))
                .filter(line -> line.startsWith(ALSO))
                .map(line -> Path.of(line.substring(ALSO.length())))
                .filter(Files::isReadable)
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
    }

    private static void write(Path file, Collection<Path> others, String authorities, List<X509Certificate> roots) {
        StringBuilder text = new StringBuilder("# Written by gotunnel env; changes are lost.\n");
        others.forEach(other -> text.append(ALSO).append(other).append('\n'));
        roots.forEach(root -> text.append(Pem.encode(root)));
        others.forEach(other -> text.append(read(other)).append('\n'));
        text.append(authorities);
        if (!Files.exists(file) || !read(file).contentEquals(text)) {
            PrivateFiles.directory(file.resolveSibling(""));
            PrivateFiles.write(file, text.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** The system's authorities as text: its own file, else those of the Java that runs this. */
    private String authorities() {
        Optional<Path> known = stores.bundle();
        if (known.isPresent()) {
            return read(known.get());
        }
        StringBuilder text = new StringBuilder();
        ofThisJava().forEach(certificate -> text.append(Pem.encode(certificate)));
        return text.toString();
    }

    private static List<X509Certificate> ofThisJava() {
        Path file = Path.of(System.getProperty("java.home", ""), "lib/security/cacerts");
        try {
            return JavaStore.certificates(KeyStore.getInstance(file.toFile(), "changeit".toCharArray()));
        } catch (IOException | GeneralSecurityException e) {
            LOG.debug("{} cannot be read", file, e);
            return List.of();
        }
    }

    /** Another trust store than ours is the user's own choice, and stays. */
    private Optional<String> javaOptions() {
        String ours = TRUST_STORE + javaStore();
        // The JVM takes such a variable apart at blanks, but for what stands in quotation marks.
        String option = ours.indexOf(' ') < 0 ? ours : '"' + ours + '"';
        String others =
                places.environment().getOrDefault(JAVA, "").replace(option, "").strip();
        return others.contains(TRUST_STORE)
                ? Optional.empty()
                : Optional.of(others.isEmpty() ? option : others + " " + option);
    }

    private void writeJavaStore(List<X509Certificate> roots, String authorities) {
        Set<X509Certificate> wanted = new LinkedHashSet<>(roots);
        wanted.addAll(ofThisJava());
        try {
            wanted.addAll(Pem.certificates(authorities));
        } catch (GeneralSecurityException e) {
            LOG.warn("The system's list of authorities holds one that Java cannot read: {}", e.toString());
        }
        try {
            if (Files.exists(javaStore())) {
                KeyStore there = KeyStore.getInstance(javaStore().toFile(), "changeit".toCharArray());
                if (new HashSet<>(JavaStore.certificates(there)).equals(wanted)) {
                    return;
                }
            }
            // The old format: every Java reads it, and without being told a password.
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            List<X509Certificate> all = new ArrayList<>(wanted);
            for (int i = 0; i < all.size(); i++) {
                store.setCertificateEntry("authority-" + i, all.get(i));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, "changeit".toCharArray());
            PrivateFiles.write(javaStore(), bytes.toByteArray());
        } catch (IOException e) {
            throw PrivateFiles.unusable("write " + javaStore(), javaStore(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java can write JKS", e);
        }
    }
}
