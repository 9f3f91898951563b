package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.nio.file.Path;

/**
 * A certificate that the user has got elsewhere, and that a tunnel is to prove its domain with. Read again whenever the
 * files change.
 *
 * @param certificate a PEM file: the server's certificate, then those of its issuers
 * @param key a PEM file with the certificate's private key, not encrypted
 */
public record OwnCertificate(Path certificate, Path key) {
    /** @throws GotunnelException with {@code USAGE} when a path is relative: it would mean another file to another process */
    public OwnCertificate {
        for (Path file : new Path[] {certificate, key}) {
            if (!file.isAbsolute()) {
                throw new GotunnelException(
                        ErrorCode.USAGE, file + " is not an absolute path.", "Write the whole path of the file.");
            }
        }
    }
}
