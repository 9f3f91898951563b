package dev.gotunnel.cli;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.control.ControlClient;
import java.io.PrintStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel trust}: this machine's certificate authority. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description = "Make browsers and programs trust this machine's certificate authority.",
        synopsisSubcommandLabel = "COMMAND")
final class TrustCommand implements Callable<Integer> {
    private final Context context;

    TrustCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        X509Certificate root = root();
        context.output()
                .line("Certificate authority of this machine: "
                        + root.getSubjectX500Principal().getName());
        context.output().line("  SHA-256  " + CertificateAuthority.fingerprint(root));
        context.output()
                .line("  Signs    names below .local, .test and .localhost, and private addresses; nothing else");
        context.output().line("  Export it: gotunnel trust export > gotunnel-ca.pem");
        return 0;
    }

    private X509Certificate root() {
        Optional<ControlClient> running = context.surroundings().running();
        if (running.isPresent()) {
            try (ControlClient client = running.get()) {
                return client.rootCertificate();
            }
        }
        return context.surroundings().machine().rootCertificate();
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Print the root certificate to trust.",
            footer = {
                "",
                "Trust it:",
                "  curl                curl --cacert <(gotunnel trust export) https://shop.localhost:8443/",
                "  Chromium on Linux   gotunnel trust export > ca.pem",
                "                      certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n gotunnel -i ca.pem",
                "  Firefox             Settings, Certificates, View Certificates, Authorities, Import",
                "  Debian, Ubuntu      gotunnel trust export | sudo tee /usr/local/share/ca-certificates/gotunnel.crt",
                "                      sudo update-ca-certificates",
                "  macOS               gotunnel trust export > ca.pem",
                "                      security add-trusted-cert -r trustRoot -p ssl \\",
                "                        -k ~/Library/Keychains/login.keychain-db ca.pem",
                "  Windows             gotunnel trust export > ca.pem",
                "                      certutil -user -addstore Root ca.pem",
                "  Node                NODE_EXTRA_CA_CERTS=ca.pem node …"
            })
    int export(
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "pem",
                            description = "pem or der (default: pem).")
                    ExportFormat format)
            throws CertificateEncodingException {
        X509Certificate root = root();
        if (format == ExportFormat.PEM) {
            context.output().raw(Pem.encode(root));
        } else {
            PrintStream bytes = System.out;
            byte[] der = root.getEncoded();
            bytes.write(der, 0, der.length);
            bytes.flush();
        }
        return 0;
    }

    /** The forms of {@code trust export --format}. */
    enum ExportFormat {
        PEM,
        DER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
