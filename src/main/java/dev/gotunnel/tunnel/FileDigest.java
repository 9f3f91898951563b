package dev.gotunnel.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** A file's content in one word, to tell that it is as it was. */
final class FileDigest {
    private FileDigest() {}

    /** SHA-256 in hexadecimal digits; empty when the file cannot be read. */
    static Optional<String> of(Path file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return Optional.of(HexFormat.of().formatHex(digest));
        } catch (IOException e) {
            // Who cannot read it cannot prove anything of it, and changes nothing either.
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
