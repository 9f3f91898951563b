package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.tunnel.OwnCertificate;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gotunnel start}: a tunnel in the foreground, in the background, or a saved one. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        customSynopsis = {"gotunnel start --port PORT --domain NAME [OPTIONS]", "       gotunnel start NAME [OPTIONS]"},
        description = "Give a service on this machine a name with a trusted certificate.",
        footer = {
            "",
            "Examples:",
            "  gotunnel start --port 3000 --domain shop            until Ctrl-C",
            "  gotunnel start --port 3000 --domain shop --detach   in the background",
            "  gotunnel start --port 3000 --domain shop --save     keep it in gotunnel.yaml",
            "  gotunnel start shop                                 start a saved one",
            "  gotunnel start shop --preset vite --save            change a saved one, also while it runs"
        })
final class StartCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            completionCandidates = LiveNames.Tunnels.class,
            description = "A saved tunnel to start.")
    private @Nullable String saved;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Port that your service listens on.")
    private @Nullable Integer port;

    @Option(
            names = {"-d", "--domain"},
            paramLabel = "NAME",
            description = "Name to give it: shop, api.shop, shop.test.")
    private @Nullable String domain;

    @Option(
            names = "--https",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            description = "Serve over HTTPS and redirect HTTP (default: true). --https=false serves plain HTTP.")
    private @Nullable Boolean https;

    @Option(
            names = "--https-port",
            paramLabel = "N",
            description = "Serve it on this port as well; 0 takes a free one.")
    private @Nullable Integer httpsPort;

    @Option(names = "--host", paramLabel = "HOST", description = "Host of --port (default: localhost).")
    private @Nullable String host;

    @Option(
            names = "--backend",
            paramLabel = "URL",
            description =
                    "Backend beside or instead of --port: http://, https://, h2c://HOST:PORT or unix:/PATH. May be"
                            + " repeated; --balance says which one is used.")
    private List<String> backends = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the tunnel in lists (default: from --domain).")
    private @Nullable String name;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "A certificate of your own for the domain, in PEM, its issuers behind it. Needs --key.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "The private key of --cert, in PEM, not encrypted.")
    private @Nullable Path key;

    @Mixin
    private TrafficOptions traffic = new TrafficOptions();

    @Option(names = "--detach", description = "Return once it runs; it goes on in the background.")
    private boolean detach;

    @Option(
            names = "--save",
            description =
                    "Keep it in the configuration file, in the profile of --profile. One that is saved already keeps"
                            + " what no flag names; one that runs is changed while it runs.")
    private boolean save;

    StartCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        TunnelSpec spec = saved == null ? newSpec() : savedSpec(saved);
        if (save) {
            Optional<Tunnel> running = context.save(spec);
            if (running.isPresent()) {
                sayChanged(running.get());
                return 0;
            }
        }
        return detach ? startDetached(spec) : new Foreground(context).run(spec, true);
    }

    /** Somebody else holds it: there is nothing to start, and nothing to wait for. */
    private void sayChanged(Tunnel tunnel) {
        Output output = context.output();
        output.line(tunnel.name() + " is " + tunnel.state().id() + " as it is saved now");
        output.addresses(tunnel);
        output.limitations(tunnel);
        output.line("");
        output.line("  Stop it: gotunnel stop " + tunnel.id());
    }

    private TunnelSpec savedSpec(String reference) {
        boolean changed = port != null
                || domain != null
                || host != null
                || httpsPort != null
                || https != null
                || certificate != null
                || key != null
                || !backends.isEmpty()
                || traffic.areGiven();
        if (name != null || (changed && !save)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "A saved tunnel has its own port and domain.",
                    "Start it as it is: gotunnel start " + reference + " — or change what is saved with --save.");
        }
        int slash = reference.indexOf('/');
        String profile = slash < 0 ? context.options().profile() : reference.substring(0, slash);
        List<TunnelSpec> matches = context.surroundings().saved(profile).load().stream()
                .filter(spec -> spec.id().toString().equals(reference)
                        || spec.id().name().equals(reference)
                        || spec.domain().ascii().equals(reference))
                .toList();
        if (matches.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.NO_SUCH_TUNNEL,
                    "No tunnel \"" + reference + "\" is saved.",
                    "Make one: gotunnel start --port PORT --domain NAME --save");
        }
        if (matches.size() > 1) {
            throw new GotunnelException(
                    ErrorCode.AMBIGUOUS,
                    "\"" + reference + "\" means more than one saved tunnel.",
                    "Say "
                            + String.join(
                                    " or ",
                                    matches.stream().map(m -> m.id().toString()).toList()) + ".");
        }
        return changed ? flagsOver(matches.getFirst()) : matches.getFirst();
    }

    private TunnelSpec newSpec() {
        if (domain == null) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The tunnel needs a name.",
                    "For example: gotunnel start --port " + (port == null ? 3000 : port) + " --domain shop");
        }
        OwnCertificate own = ownCertificate();
        DomainName served = domain(domain, own != null);
        String profile = context.options().profile();
        String home = save ? Optional.ofNullable(profile).orElse(TunnelId.DEFAULT) : TunnelId.SESSION;
        TunnelId id = new TunnelId(home, name == null ? served.stem() : name);
        if (save) {
            Optional<TunnelSpec> kept = context.savedSpec(id);
            if (kept.isPresent()) {
                return flagsOver(kept.get());
            }
        }
        List<BackendAddress> addresses = addresses();
        if (addresses.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The tunnel needs to lead somewhere.",
                    "For example: gotunnel start --port 3000 --domain " + domain);
        }
        boolean secure = https == null || https;
        return treated(new TunnelSpec(
                id,
                served,
                addresses,
                secure,
                secure ? httpsPort : requireNone(httpsPort),
                TrafficPolicy.NONE,
                List.of(),
                null,
                own));
    }

    /** A saved tunnel as the flags change it; what they do not name stays. */
    private TunnelSpec flagsOver(TunnelSpec kept) {
        List<BackendAddress> addresses = addresses();
        boolean secure = https == null ? kept.https() : https;
        OwnCertificate own = ownCertificate() == null && secure ? kept.certificate() : ownCertificate();
        Integer extra = httpsPort == null && secure ? kept.httpsPort() : httpsPort;
        return treated(new TunnelSpec(
                kept.id(),
                domain == null ? kept.domain() : domain(domain, own != null),
                addresses.isEmpty() ? kept.backends() : addresses,
                secure,
                secure ? extra : requireNone(extra),
                kept.policy(),
                kept.routes(),
                secure ? kept.minTls() : null,
                own));
    }

    private DomainName domain(String typed, boolean proven) {
        Suffixes suffixes = context.surroundings().saved().suffixes();
        return proven ? suffixes.parseProven(typed) : suffixes.parse(typed);
    }

    private @Nullable OwnCertificate ownCertificate() {
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "A certificate and its key belong together.",
                    "Give both: --cert fullchain.pem --key privkey.pem");
        }
        return new OwnCertificate(
                certificate.toAbsolutePath().normalize(), key.toAbsolutePath().normalize());
    }

    private TunnelSpec treated(TunnelSpec spec) {
        return traffic.applyTo(spec, new PasswordSource(System.in, context.output()));
    }

    private List<BackendAddress> addresses() {
        if (host != null && port == null) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "--host says where --port is; there is no --port.",
                    "Add --port, or use --backend.");
        }
        List<BackendAddress> addresses = new ArrayList<>();
        if (port != null) {
            addresses.add(new BackendAddress(host == null ? "localhost" : host, port));
        }
        backends.forEach(url -> addresses.add(BackendAddress.parse(url)));
        return addresses;
    }

    private static @Nullable Integer requireNone(@Nullable Integer httpsPort) {
        if (httpsPort != null) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "--https-port has no meaning with --https=false.", "Leave one of them out.");
        }
        return null;
    }

    private int startDetached(TunnelSpec spec) {
        try (ControlClient client = context.surroundings().runningOrSpawned()) {
            context.requireSamePorts(client);
            Tunnel tunnel = new HostsOffer(context).make(client.start(spec), client);
            Output output = context.output();
            output.line(tunnel.name() + " is " + tunnel.state().id() + " in the background");
            output.addresses(tunnel);
            output.limitations(tunnel);
            output.line("");
            output.line("  Stop it: gotunnel stop " + tunnel.id());
        }
        return 0;
    }
}
