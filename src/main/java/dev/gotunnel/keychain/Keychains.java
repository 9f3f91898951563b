package dev.gotunnel.keychain;

import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.cert.Keychain;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keychain of this session. */
public final class Keychains {
    private Keychains() {}

    /**
     * Finds it, without talking to it.
     *
     * @param environment the variables of the process
     * @param data gotunnel's data directory, for a system that protects secrets but does not keep them
     * @return empty where there is none, as on a machine without a desktop
     */
    public static Optional<Keychain> find(OperatingSystem system, Map<String, String> environment, Path data) {
        return switch (system) {
            case LINUX -> SessionBus.address(environment).map(SecretService::new);
            case MACOS -> Optional.of(new LoginKeychain(Path.of("/usr/bin/security")));
            case WINDOWS -> Optional.of(new DataProtection(data.resolve("secrets")));
        };
    }

    static GotunnelException failure(String keychain, String what, @Nullable Exception cause) {
        return new GotunnelException(ErrorCode.NOT_PERMITTED, keychain + " " + what + ".", null, cause);
    }
}
