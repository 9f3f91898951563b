package dev.gotunnel.cert;

import org.jspecify.annotations.Nullable;

/**
 * How the key of an authority is protected beyond the permissions of its file.
 *
 * @param choice what the user wants
 * @param keychain the keychain of this session; null when this system has none
 */
public record KeyProtection(Choice choice, @Nullable Keychain keychain) {
    /** By the permissions of its file alone. */
    public static final KeyProtection FILE = new KeyProtection(Choice.FILE, null);

    /** Key {@code security.ca_key}. */
    public enum Choice {
        /** By the keychain where there is one when the authority is made; one that is there stays as it is. */
        AUTO,
        /** By the keychain; a key that is not is moved there when it is next used. */
        KEYCHAIN,
        /** By the file alone; a key in the keychain is taken out of it when it is next used. */
        FILE
    }
}
