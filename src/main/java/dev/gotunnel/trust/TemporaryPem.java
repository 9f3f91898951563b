package dev.gotunnel.trust;

import dev.gotunnel.cert.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;

/** A certificate in a file of its own, for programs that read nothing else; deleted when closed. */
record TemporaryPem(Path file) implements AutoCloseable {
    static TemporaryPem of(X509Certificate certificate) throws IOException {
        Path file = Files.createTempFile("gotunnel", ".pem");
        Files.writeString(file, Pem.encode(certificate));
        return new TemporaryPem(file);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
