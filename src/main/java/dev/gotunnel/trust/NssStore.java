package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The certificate database of a Firefox profile, or the one that the Chromium browsers of a user share. */
final class NssStore implements TrustStore {
    static final String CERTIFICATES = "cert9.db";

    /** What NSS and a browser make in a database's folder. */
    private static final List<String> FILES = List.of(CERTIFICATES, "key4.db", "pkcs11.txt");

    /** Who reads a database. */
    enum Browser {
        /** Makes the databases of its profiles itself, when they are first used. */
        FIREFOX,
        /** Reads a database that others make as well. */
        CHROMIUM
    }

    private final Browser browser;
    private final String name;
    private final Path folder;
    private final boolean installed;
    private final Optional<NssAccess> nss;

    /**
     * A database.
     *
     * @param folder that of {@code cert9.db}; need not exist
     * @param installed whether there is a browser that would read it
     */
    NssStore(Browser browser, String name, Path folder, boolean installed, Optional<NssAccess> nss) {
        this.browser = browser;
        this.name = name;
        this.folder = folder;
        this.installed = installed;
        this.nss = nss;
    }

    static GotunnelException passwordNeeded(Path database) {
        return new GotunnelException(
                ErrorCode.NOT_PERMITTED,
                "The certificates in " + database + " are protected by a password (Firefox: primary password).",
                "Import the root in the browser's settings, from: gotunnel trust export > gotunnel-ca.pem");
    }

    @Override
    public String id() {
        return (browser == Browser.FIREFOX ? "firefox:" : "chromium:") + folder;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String place() {
        return folder.toString();
    }

    private boolean exists() {
        return Files.exists(folder.resolve(CERTIFICATES));
    }

    @Override
    public boolean isFound() {
        // What stands in a new Firefox profile's database before Firefox's own things would be hard to tell apart
        // later.
        return exists() || (installed && browser == Browser.CHROMIUM);
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public boolean needsPrivilege() {
        return false;
    }

    @Override
    public @Nullable String servedBy() {
        return null;
    }

    private NssAccess nss() {
        return nss.orElseThrow(() -> new GotunnelException(
                ErrorCode.IO,
                "Neither NSS's library nor its certutil is on this machine: the certificates in " + folder
                        + " cannot be read.",
                "Install one of them: libnss3 and libnss3-tools on Debian and Ubuntu, nss and nss-tools elsewhere."));
    }

    @Override
    public List<X509Certificate> roots() {
        if (!exists()) {
            return List.of();
        }
        require(Files.isReadable(folder.resolve(CERTIFICATES)), "read");
        return nss().roots(folder);
    }

    private void require(boolean allowed, String what) {
        if (!allowed) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel may not " + what + " the certificates in " + folder + ": permission denied.",
                    "Check who owns them: ls -la '" + folder + "'");
        }
    }

    @Override
    public Verdict verify(TrustProbe probe) {
        return exists() ? nss().verify(folder, probe.leaf(), TrustProbe.NAME) : Verdict.NO;
    }

    @Override
    public String change(X509Certificate root) {
        String made = exists() ? "" : "make the certificate database " + folder + " and ";
        return made + "add " + CertificateAuthority.nameOf(root) + " to " + (exists() ? folder : "it")
                + " as an authority for web sites";
    }

    @Override
    public List<Path> creates() {
        List<Path> missing = CreatedFolders.missing(folder);
        if (!exists()) {
            missing.add(folder.resolve(CERTIFICATES));
        }
        return missing;
    }

    @Override
    public void install(X509Certificate root) {
        if (!Files.isDirectory(folder)) {
            PrivateFiles.directory(folder);
        }
        requireWritable();
        nss().add(folder, root);
    }

    private void requireWritable() {
        require(Files.isWritable(folder), "change");
        for (String file : FILES) {
            require(!Files.exists(folder.resolve(file)) || Files.isWritable(folder.resolve(file)), "change");
        }
    }

    @Override
    public void remove(X509Certificate root) {
        if (exists()) {
            requireWritable();
            nss().remove(folder, root);
        }
    }

    /** A database that somebody has put more into is no longer ours to delete. */
    @Override
    public void tidy(List<Path> created) {
        try {
            if (created.contains(folder.resolve(CERTIFICATES)) && exists() && nss().isEmpty(folder)) {
                for (String file : FILES) {
                    Files.deleteIfExists(folder.resolve(file));
                }
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + folder, folder, e);
        }
        CreatedFolders.removeEmpty(created);
    }

    @Override
    public String byHand(X509Certificate root) {
        return isFound()
                ? "gotunnel trust install --store " + name
                : "Start Firefox once with that profile, then: gotunnel trust install";
    }

    @Override
    public String afterwards() {
        return browser == Browser.FIREFOX && FirefoxProfiles.isRunning(folder)
                ? "Firefox runs with this profile: restart it."
                : "";
    }
}
