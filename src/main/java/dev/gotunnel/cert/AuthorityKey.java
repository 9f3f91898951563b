package dev.gotunnel.cert;

import dev.gotunnel.cert.KeyProtection.Choice;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with an authority's key: PKCS#8 as it is, or encrypted (AES-256-GCM) by a secret that lies in the keychain. So
 * neither the file nor the keychain alone can sign, a backup of the folder holds no key, and no keychain has to take more
 * than 32 bytes. Read when something is to be signed, and not before: a keychain may ask its user. Any thread.
 */
final class AuthorityKey {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityKey.class);

    private static final String WRAPPED = "GOTUNNEL WRAPPED KEY";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int SECRET_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Path file;
    private final String id;
    private final KeyProtection protection;

    /**
     * A key in a file.
     *
     * @param id the name of the authority, which the secret in the keychain is called by
     */
    AuthorityKey(Path file, String id, KeyProtection protection) {
        this.file = file;
        this.id = id;
        this.protection = protection;
    }

    /** Writes a new key, protected as the user wants it; without a keychain that works, by the file. */
    void create(PrivateKey key) {
        Keychain keychain = protection.keychain();
        if (protection.choice() != Choice.FILE && keychain != null && wrap(key, keychain)) {
            return;
        }
        if (protection.choice() == Choice.KEYCHAIN && keychain == null) {
            LOG.warn("This system has no keychain that gotunnel knows; the key of {} is kept in {}", id, file);
        }
        writePlain(key);
    }

    private void writePlain(PrivateKey key) {
        PrivateFiles.write(file, Pem.encode(key).getBytes(StandardCharsets.US_ASCII));
    }

    /** First the secret, then the file: whatever ends this in between, the key can be read. */
    private boolean wrap(PrivateKey key, Keychain keychain) {
        byte[] secret = randomBytes(SECRET_BYTES);
        try {
            keychain.put(id, secret);
            if (!Arrays.equals(secret, keychain.get(id).orElse(null))) {
                throw new GotunnelException(ErrorCode.IO, keychain.name() + " does not keep what it is given.", null);
            }
        } catch (GotunnelException e) {
            String message = "The key of " + id + " is not protected by the keychain: " + e.getMessage();
            if (protection.choice() == Choice.KEYCHAIN) {
                LOG.warn("{} It is kept in {}", message, file);
            } else {
                LOG.info("{} It is kept in {}", message, file);
            }
            return false;
        }
        byte[] nonce = randomBytes(NONCE_BYTES);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, secret, nonce).doFinal(key.getEncoded());
            byte[] content = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, content, NONCE_BYTES, sealed.length);
            PrivateFiles.write(file, Pem.block(WRAPPED, content).getBytes(StandardCharsets.US_ASCII));
            return true;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private Cipher cipher(int mode, byte[] secret, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Whether the file alone does not hold the key. */
    boolean isWrapped() {
        return !sealed(text()).isEmpty();
    }

    /** Where it is kept, in words. */
    String place() {
        Keychain keychain = protection.keychain();
        return file
                + (isWrapped()
                        ? ", encrypted by a secret in "
                                + (keychain == null ? "a keychain that is not here" : keychain.name())
                        : "");
    }

    private String text() {
        if (!Files.exists(file)) {
            throw AuthorityFolder.unusable(file.toAbsolutePath().getParent(), "has lost its key", null);
        }
        PrivateFiles.requirePrivate(file);
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
    }

    private static List<byte[]> sealed(String text) {
        try {
            return Pem.blocks(WRAPPED, text);
        } catch (GeneralSecurityException e) {
            return List.of();
        }
    }

    /**
     * Reads the key, and moves it where the user wants it now.
     *
     * @throws GotunnelException {@code CERTIFICATE} when it is damaged, {@code NOT_PERMITTED} when the keychain does not give
     *     its secret
     */
    PrivateKey read() {
        String text = text();
        List<byte[]> sealed = sealed(text);
        Keychain keychain = protection.keychain();
        try {
            if (sealed.isEmpty()) {
                PrivateKey key = Pem.privateKey(text);
                if (protection.choice() == Choice.KEYCHAIN && keychain != null) {
                    moveIn(key, keychain);
                }
                return key;
            }
            PrivateKey key = unwrap(sealed.getFirst(), keychain);
            if (protection.choice() == Choice.FILE) {
                moveOut(key, Objects.requireNonNull(keychain));
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw AuthorityFolder.unusable(file.toAbsolutePath().getParent(), "has a damaged key", e);
        }
    }

    private void moveIn(PrivateKey key, Keychain keychain) {
        changeAlone(() -> {
            if (!isWrapped() && wrap(key, keychain)) {
                LOG.info("The key of {} is protected by {} now", id, keychain.name());
            }
        });
    }

    private void moveOut(PrivateKey key, Keychain keychain) {
        changeAlone(() -> {
            if (isWrapped()) {
                writePlain(key);
                keychain.remove(id);
                LOG.info("The key of {} is in {} now, and no longer protected by {}", id, file, keychain.name());
            }
        });
    }

    private void changeAlone(Runnable change) {
        try (EditLock _ = EditLock.on(file)) {
            change.run();
        }
    }

    private PrivateKey unwrap(byte[] content, @Nullable Keychain keychain) throws GeneralSecurityException {
        if (keychain == null) {
            throw withoutSecret("There is no keychain here that has it.", null);
        }
        if (content.length <= NONCE_BYTES) {
            throw new GeneralSecurityException("cut off");
        }
        byte[] secret;
        try {
            secret = keychain.get(id)
                    .orElseThrow(() -> withoutSecret(keychain.name() + " does not have it any more.", null));
        } catch (GotunnelException e) {
            throw e.code() == ErrorCode.CERTIFICATE ? e : withoutSecret(e.getMessage(), e);
        }
        if (secret.length != SECRET_BYTES) {
            throw withoutSecret("What " + keychain.name() + " has is another one.", null);
        }
        byte[] nonce = Arrays.copyOf(content, NONCE_BYTES);
        byte[] der =
                cipher(Cipher.DECRYPT_MODE, secret, nonce).doFinal(content, NONCE_BYTES, content.length - NONCE_BYTES);
        return Pem.ecKey(der);
    }

    private GotunnelException withoutSecret(String why, @Nullable Exception cause) {
        return new GotunnelException(
                ErrorCode.CERTIFICATE,
                "The key of " + id + " is protected by a secret in the keychain. " + why,
                "Log in to the desktop or unlock the keychain; if the secret is lost: gotunnel trust renew",
                cause);
    }

    /** Forgets the secret in the keychain, where the file needs one: with the file, the key is gone. */
    void forgetSecret() {
        Keychain keychain = protection.keychain();
        if (keychain != null && Files.exists(file) && isWrapped()) {
            keychain.remove(id);
        }
    }
}
