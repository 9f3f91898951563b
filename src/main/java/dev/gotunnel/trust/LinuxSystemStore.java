package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities that a Linux system keeps for all users: what curl, git, wget, Python's {@code ssl} and most
 * programs with OpenSSL or GnuTLS trust. Written by this process where it may, else by the helper.
 */
final class LinuxSystemStore implements TrustStore {
    private static final List<String> PROGRAM_FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private final LinuxFamily family;
    private final TrustPlaces places;
    private final CommandRunner commands;
    private final Optional<SystemTrustInstaller> helper;
    private final Predicate<Path> writable;

    /**
     * A store.
     *
     * @param writable whether this process may write into a folder
     */
    LinuxSystemStore(
            LinuxFamily family,
            TrustPlaces places,
            CommandRunner commands,
            Optional<SystemTrustInstaller> helper,
            Predicate<Path> writable) {
        this.family = family;
        this.places = places;
        this.commands = commands;
        this.helper = helper;
        this.writable = writable;
    }

    @Override
    public String id() {
        return "system:" + family.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String name() {
        return "system";
    }

    private Path anchors() {
        return places.system(family.anchors());
    }

    private Path bundle() {
        return places.system(family.bundle());
    }

    @Override
    public String place() {
        return bundle().toString();
    }

    @Override
    public boolean isFound() {
        return Files.exists(bundle()) && program(family.afterInstall()).isPresent();
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public boolean needsPrivilege() {
        return helper.isEmpty() && !mayWrite();
    }

    private boolean mayWrite() {
        Path there = anchors();
        while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
            there = there.getParent();
        }
        return writable.test(there);
    }

    @Override
    public boolean asksAdministrator() {
        return helper.isPresent() && !mayWrite();
    }

    @Override
    public @Nullable String servedBy() {
        return null;
    }

    @Override
    public List<X509Certificate> roots() {
        Set<X509Certificate> roots = new LinkedHashSet<>();
        for (Path file : anchorFiles()) {
            roots.addAll(rootsIn(file));
        }
        roots.addAll(rootsIn(bundle()));
        return List.copyOf(roots);
    }

    /** Only those that could be ours are decoded: an administrator's other files may hold anything. */
    private List<Path> anchorFiles() {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(anchors())) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(anchors(), "*gotunnel*")) {
                found.forEach(files::add);
            } catch (IOException e) {
                throw PrivateFiles.unusable("list " + anchors(), anchors(), e);
            }
        }
        return files;
    }

    private static List<X509Certificate> rootsIn(Path file) {
        return certificates(file).stream().filter(CertificateAuthority::isRoot).toList();
    }

    static List<X509Certificate> certificates(Path file) {
        try {
            return Files.exists(file)
                    ? Pem.certificates(Files.readString(file, StandardCharsets.ISO_8859_1))
                    : List.of();
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        } catch (GeneralSecurityException e) {
            throw new GotunnelException(
                    ErrorCode.IO, file + " holds a damaged certificate.", "Look at it: less '" + file + "'", e);
        }
    }

    @Override
    public Verdict verify(TrustProbe probe) {
        return probe.accepts(certificates(bundle()));
    }

    private Path file(X509Certificate root) {
        String name = CertificateAuthority.nameOf(root).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return anchors().resolve(name + ".crt");
    }

    @Override
    public String change(X509Certificate root) {
        String run = " and run " + String.join(" ", family.afterInstall());
        return mayWrite()
                ? "write " + file(root) + run
                : "write " + CertificateAuthority.nameOf(root) + " into " + anchors() + run
                        + " (asks for an administrator's password)";
    }

    @Override
    public List<Path> creates() {
        return mayWrite() ? CreatedFolders.missing(anchors()) : List.of();
    }

    @Override
    public void install(X509Certificate root) {
        if (!mayWrite()) {
            helper.orElseThrow(() -> notPermitted(byHand(root))).install(root);
            return;
        }
        Path file = file(root);
        try {
            Files.createDirectories(
                    anchors(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Path draft = Files.createTempFile(anchors(), ".gotunnel", ".new");
            try {
                Files.writeString(draft, Pem.encode(root));
                Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("write " + file, file, e);
        }
        run(family.afterInstall());
        settle();
    }

    /**
     * Has the bundle made anew where a run of the system's program was killed: Debian's goes on with the draft that such a
     * run has left, so that authorities stand in the bundle twice.
     */
    private void settle() {
        for (int again = 0; again < 2 && isUnsettled(); again++) {
            run(family.afterRemove());
        }
    }

    private boolean isUnsettled() {
        List<X509Certificate> all = certificates(bundle());
        return Files.exists(bundle().resolveSibling(bundle().getFileName() + ".new"))
                || new HashSet<>(all).size() < all.size();
    }

    @Override
    public void remove(X509Certificate root) {
        if (!roots().contains(root)) {
            return;
        }
        if (!mayWrite()) {
            helper.orElseThrow(() -> notPermitted(removedByHand(root))).remove(root);
            if (roots().contains(root)) {
                // The helper takes back what it has written itself, and nothing else.
                throw notPermitted(removedByHand(root));
            }
            return;
        }
        for (Path file : anchorFiles()) {
            if (rootsIn(file).contains(root)) {
                // First: the system's program tells its followers only of what it adds.
                followers().tellRemoved(file);
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw PrivateFiles.unusable("remove " + file, file, e);
                }
            }
        }
        run(family.afterRemove());
        settle();
        if (roots().contains(root)) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    CertificateAuthority.nameOf(root) + " still stands in " + bundle() + ".",
                    "Look for who put it there: grep -rl gotunnel " + anchors());
        }
    }

    private GotunnelException notPermitted(String hint) {
        return new GotunnelException(
                ErrorCode.NOT_PERMITTED, "Only an administrator may change the system's trust store.", hint);
    }

    private TrustFollowers followers() {
        return new TrustFollowers(places, commands);
    }

    /** The program below the root that stands for the system's: in a test, never the machine's own. */
    private Optional<Path> program(List<String> command) {
        return PROGRAM_FOLDERS.stream()
                .map(folder -> places.system(folder + "/" + command.getFirst()))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void run(List<String> command) {
        String line = String.join(" ", command);
        try {
            List<String> full = new ArrayList<>(command);
            full.set(
                    0,
                    program(command)
                            .orElseThrow(() -> new IOException("it is not installed"))
                            .toString());
            CommandRunner.Answer answer = commands.run(full);
            if (!answer.isSuccess()) {
                throw new IOException(answer.output().strip());
            }
        } catch (IOException e) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    "The system did not take the change: " + line + " failed.",
                    "Run it: sudo " + line,
                    e);
        }
    }

    @Override
    public void tidy(List<Path> created) {
        if (isFound() && mayWrite()) {
            settle();
        }
        CreatedFolders.removeEmpty(created);
    }

    @Override
    public String byHand(X509Certificate root) {
        return EXPORT + " | sudo tee " + file(root) + " && sudo " + String.join(" ", family.afterInstall());
    }

    private String removedByHand(X509Certificate root) {
        List<Path> files = anchorFiles().stream()
                .filter(file -> rootsIn(file).contains(root))
                .toList();
        List<Path> all = files.isEmpty() ? List.of(file(root)) : files;
        return "sudo rm " + all.stream().map(Path::toString).collect(Collectors.joining(" ")) + " && sudo "
                + String.join(" ", family.afterRemove()) + followers().byHand(all.getFirst());
    }

    @Override
    public Optional<Path> file() {
        return Optional.of(bundle());
    }

    @Override
    public String afterwards() {
        return "";
    }
}
