package dev.gotunnel.cli;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.PrintStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
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

    private TrustCommand(Context context) {
        this.context = context;
    }

    /** The command with those below it. */
    static CommandLine with(Context context) {
        return new CommandLine(new TrustCommand(context))
                .addSubcommand(new TrustStatusCommand(context))
                .addSubcommand(new TrustInstallCommand(context))
                .addSubcommand(new TrustUninstallCommand(context))
                .addSubcommand(new TrustRenewCommand(context))
                .addSubcommand(new TrustSuffixCommand(context));
    }

    @Override
    public Integer call() {
        X509Certificate root = root();
        context.output()
                .line("Certificate authority of this machine: "
                        + root.getSubjectX500Principal().getName());
        context.output().line("  SHA-256  " + CertificateAuthority.fingerprint(root));
        context.output().line("  Signs    names below " + signed(root) + ", and private addresses; nothing else");
        context.output()
                .line("  Expires  " + LocalDate.ofInstant(root.getNotAfter().toInstant(), ZoneOffset.UTC));
        context.output().line("  Its key  " + context.surroundings().machine().keyPlace());
        context.output().line("  Who trusts it:      gotunnel trust status");
        context.output().line("  Let them trust it:  gotunnel trust install");
        return 0;
    }

    private static String signed(X509Certificate root) {
        List<String> suffixes = CertificateAuthority.suffixesOf(root).stream()
                .map(suffix -> "." + suffix)
                .toList();
        int last = suffixes.size() - 1;
        return String.join(", ", suffixes.subList(0, last)) + " and " + suffixes.getLast();
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

    private X509Certificate nextRoot() {
        return context.surroundings()
                .machine()
                .renewal()
                .prepared()
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.USAGE,
                        "No other certificate authority waits to be used.",
                        "Make one: gotunnel trust renew"));
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Print the root certificate, for what gotunnel trust install does not reach.",
            footer = {
                "",
                "Examples:",
                "  curl --cacert <(gotunnel trust export) https://shop.localhost:8443/",
                "  gotunnel trust export > gotunnel-ca.pem                Android, another machine, a container",
                "  gotunnel trust export --format mobileconfig > gotunnel.mobileconfig   iPhone, iPad: send it there,",
                "      install it in Settings, then switch it on in General, About, Certificate Trust Settings"
            })
    int export(
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "pem",
                            description = "pem, der or mobileconfig (default: pem).")
                    ExportFormat format,
            @Option(
                            names = "--next",
                            description =
                                    "The root that gotunnel trust renew has made and does not use yet, since not everything"
                                            + " trusts it.")
                    boolean next)
            throws CertificateEncodingException {
        X509Certificate root = next ? nextRoot() : root();
        switch (format) {
            case PEM -> context.output().raw(Pem.encode(root));
            case MOBILECONFIG -> context.output().raw(MobileConfig.of(root));
            case DER -> {
                PrintStream bytes = System.out;
                byte[] der = root.getEncoded();
                bytes.write(der, 0, der.length);
                bytes.flush();
            }
        }
        return 0;
    }

    /** The forms of {@code trust export --format}. */
    enum ExportFormat {
        PEM,
        DER,
        MOBILECONFIG;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
