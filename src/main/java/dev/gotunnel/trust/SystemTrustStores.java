package dev.gotunnel.trust;

import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.trust.NssStore.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The trust stores of this machine and this user. */
public final class SystemTrustStores implements TrustStores {
    /** Folders of browsers with an NSS library of their own, for systems that have none. */
    private static final List<String> FIREFOX_FOLDERS = List.of(
            "/usr/lib/firefox",
            "/usr/lib/firefox-esr",
            "/usr/lib64/firefox",
            "/opt/firefox",
            "/snap/firefox/current/usr/lib/firefox",
            "/var/lib/flatpak/app/org.mozilla.firefox/current/active/files/lib/firefox");

    private final TrustPlaces places;
    private final CommandRunner commands;
    private final Optional<SystemTrustInstaller> helper;
    private @Nullable NssAccess nss;

    /**
     * The stores at some places.
     *
     * @param helper what may write the system's store when this process may not
     */
    public SystemTrustStores(TrustPlaces places, CommandRunner commands, Optional<SystemTrustInstaller> helper) {
        this.places = places;
        this.commands = commands;
        this.helper = helper;
    }

    /** Browsers on macOS and Windows go by the system's own store. */
    @Override
    public List<String> kinds() {
        return places.system() == OperatingSystem.LINUX
                ? List.of("system", "chromium", "firefox", "java")
                : List.of("system", "java");
    }

    @Override
    public List<TrustStore> find() {
        List<TrustStore> found = new ArrayList<>();
        system().ifPresent(found::add);
        if (places.system() == OperatingSystem.LINUX) {
            found.addAll(browsers());
        }
        JavaInstallations.find(places).forEach((file, homes) -> found.add(new JavaStore(file, homes, places)));
        return found;
    }

    private Optional<TrustStore> system() {
        return switch (places.system()) {
            case MACOS -> Optional.of(new MacKeychain(places.home(), commands));
            case WINDOWS -> Optional.of(new WindowsRoots(windows(), commands, helper));
            case LINUX -> family().map(this::linux);
        };
    }

    private Path windows() {
        return Path.of(places.environment().getOrDefault("SystemRoot", "C:\\Windows"));
    }

    private LinuxSystemStore linux(LinuxFamily family) {
        return new LinuxSystemStore(family, places, commands, helper, Files::isWritable);
    }

    private Optional<LinuxFamily> family() {
        Path release = places.system("/etc/os-release");
        try {
            return Files.isReadable(release) ? LinuxFamily.of(Files.readAllLines(release)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<TrustStore> browsers() {
        List<TrustStore> found = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Map<Path, String> databases = ChromiumDatabases.find(
                places.home(), name -> commands.find(name).isPresent());
        databases.forEach((folder, sandbox) -> {
            String name = sandbox.isEmpty() ? "chromium" : "chromium:" + sandbox;
            found.add(new NssStore(Browser.CHROMIUM, unique(name, names), folder, true, nss()));
        });
        for (Path folder : FirefoxProfiles.find(places.home(), places.environment())) {
            if (places.contains(folder)) {
                String name = "firefox:" + Objects.requireNonNullElse(folder.getFileName(), folder);
                found.add(new NssStore(Browser.FIREFOX, unique(name, names), folder, true, nss()));
            }
        }
        return found;
    }

    /** The file with all authorities that this system's own programs read; empty when it has none that is known. */
    Optional<Path> bundle() {
        Path known = switch (places.system()) {
            case LINUX ->
                family().map(family -> places.system(family.bundle())).orElse(places.system("/etc/ssl/cert.pem"));
            case MACOS, WINDOWS -> places.system("/etc/ssl/cert.pem");
        };
        return Optional.of(known).filter(Files::isReadable);
    }

    private static String unique(String name, Set<String> taken) {
        String free = name;
        for (int number = 2; !taken.add(free); number++) {
            free = name + "#" + number;
        }
        return free;
    }

    /** Not before a database is there: the library takes time to load. */
    private Optional<NssAccess> nss() {
        if (nss == null) {
            List<Path> folders = FIREFOX_FOLDERS.stream().map(places::system).toList();
            Optional<NssAccess> library = NssLibrary.load(folders).map(loaded -> loaded);
            nss = library.or(() -> commands.find("certutil").map(program -> new NssCertutil(commands, program)))
                    .orElse(null);
        }
        return Optional.ofNullable(nss);
    }

    @Override
    public Optional<TrustStore> ofId(String id) {
        int colon = id.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String place = id.substring(colon + 1);
        return switch (id.substring(0, colon)) {
            case "system" -> ofSystem(place);
            case "chromium" -> Optional.of(new NssStore(Browser.CHROMIUM, id, Path.of(place), false, nss()));
            case "firefox" -> Optional.of(new NssStore(Browser.FIREFOX, id, Path.of(place), false, nss()));
            case "java" -> Optional.of(new JavaStore(Path.of(place), List.of(), places));
            default -> Optional.empty();
        };
    }

    private Optional<TrustStore> ofSystem(String place) {
        return switch (place) {
            case "keychain" -> Optional.of(new MacKeychain(places.home(), commands));
            case "CurrentUser" -> Optional.of(new WindowsRoots(windows(), commands, Optional.empty()));
            case "LocalMachine" -> Optional.of(new WindowsRoots(windows(), commands, helper));
            default ->
                List.of(LinuxFamily.values()).stream()
                        .filter(family -> family.name().toLowerCase(Locale.ROOT).equals(place))
                        .findFirst()
                        .map(this::linux);
        };
    }
}
