package dev.gotunnel.cli;

import dev.gotunnel.cert.CertificateAuthority;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.UUID;

/** A configuration profile of Apple's with a root certificate: what an iPhone or iPad installs. */
final class MobileConfig {
    private MobileConfig() {}

    /** The profile; the same for the same root, so that a second one replaces the first. */
    static String of(X509Certificate root) throws CertificateEncodingException {
        byte[] der = root.getEncoded();
        String name = CertificateAuthority.nameOf(root);
        UUID id = UUID.nameUUIDFromBytes(der);
        UUID outer = UUID.nameUUIDFromBytes(id.toString().getBytes(StandardCharsets.US_ASCII));
        String data = Base64.getMimeEncoder(60, new byte[] {'\n'}).encodeToString(der);
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <plist version="1.0">
                <dict>
                  <key>PayloadType</key><string>Configuration</string>
                  <key>PayloadVersion</key><integer>1</integer>
                  <key>PayloadIdentifier</key><string>dev.gotunnel.%1$s</string>
                  <key>PayloadUUID</key><string>%2$s</string>
                  <key>PayloadDisplayName</key><string>%3$s</string>
                  <key>PayloadContent</key>
                  <array>
                    <dict>
                      <key>PayloadType</key><string>com.apple.security.root</string>
                      <key>PayloadVersion</key><integer>1</integer>
                      <key>PayloadIdentifier</key><string>dev.gotunnel.%1$s.root</string>
                      <key>PayloadUUID</key><string>%1$s</string>
                      <key>PayloadDisplayName</key><string>%3$s</string>
                      <key>PayloadContent</key>
                      <data>
                %4$s
                      </data>
                    </dict>
                  </array>
                </dict>
                </plist>
                """.formatted(id, outer, name, data);
    }
}
