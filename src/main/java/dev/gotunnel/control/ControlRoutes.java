package dev.gotunnel.control;

import dev.gotunnel.config.TunnelFormat;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.tunnel.RootOfTrust;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Which path does what. Calls block; made on worker threads. */
final class ControlRoutes {
    /** What the problems of a request's body call it. */
    private static final String BODY = "body";

    private final TunnelService tunnels;
    private final RootOfTrust machine;
    private final Runnable window;

    ControlRoutes(TunnelService tunnels, RootOfTrust machine, Runnable window) {
        this.tunnels = tunnels;
        this.machine = machine;
        this.window = window;
    }

    /**
     * Does what a request asks for.
     *
     * @return what to answer, as JSON
     */
    Object call(String method, String path, byte[] body) {
        String[] parts = path.substring(ControlApi.PREFIX.length()).split("/", -1);
        return switch (method + " " + parts[0] + "/" + parts.length) {
            case "GET info/1" -> tunnels.info();
            case "GET tunnels/1" -> tunnels.list();
            case "POST tunnels/1" -> tunnels.start(spec(body));
            case "GET tunnels/3" -> one(id(parts));
            case "PUT tunnels/3" -> save(id(parts), spec(body));
            case "DELETE tunnels/3" -> remove(id(parts));
            case "GET tunnels/4" -> detail(id(parts), parts[3]);
            case "POST tunnels/4" -> change(id(parts), parts[3]);
            case "PUT tunnels/4" -> disturb(id(parts), parts[3], body);
            case "DELETE tunnels/4" -> calm(id(parts), parts[3]);
            case "POST stop-all/1" -> tunnels.stopAll();
            case "POST look-again/1" -> tunnels.lookAgain();
            case "POST certificates/1" -> renewCertificates();
            case "POST window/1" -> showWindow();
            case "GET certificate/1" -> certificate();
            default -> throw unknown(method, path);
        };
    }

    static GotunnelException unknown(String method, String path) {
        return new GotunnelException(
                ErrorCode.USAGE, "The control API has no " + method + " " + path + ".", "See docs/CONTROL-API.md");
    }

    TunnelSpec spec(byte[] body) {
        Suffixes suffixes = new Suffixes(tunnels.info().suffixes());
        return TunnelFormat.parse(new String(body, StandardCharsets.UTF_8), BODY, suffixes);
    }

    private static Fault fault(byte[] body) {
        return TunnelFormat.parseFault(new String(body, StandardCharsets.UTF_8), BODY);
    }

    private static TunnelId id(String[] parts) {
        return new TunnelId(parts[1], parts[2]);
    }

    private Tunnel one(TunnelId id) {
        return tunnels.list().stream()
                .filter(tunnel -> tunnel.id().equals(id.toString()))
                .findFirst()
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.NO_SUCH_TUNNEL, "There is no tunnel \"" + id + "\".", "See: gotunnel list"));
    }

    private Tunnel save(TunnelId id, TunnelSpec spec) {
        if (!spec.id().equals(id)) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "The path says " + id + ", the body says " + spec.id() + ".", null);
        }
        return tunnels.save(spec);
    }

    private Object remove(TunnelId id) {
        tunnels.remove(id);
        return Map.of();
    }

    private Tunnel change(TunnelId id, String verb) {
        return switch (verb) {
            case "start" -> tunnels.start(id);
            case "stop" -> tunnels.stop(id);
            default -> throw unknown("POST", "tunnels/" + id + "/" + verb);
        };
    }

    private Object detail(TunnelId id, String what) {
        requireWord("spec", what, "GET", id);
        return TunnelFormat.written(tunnels.spec(id));
    }

    private Tunnel disturb(TunnelId id, String what, byte[] body) {
        requireWord("fault", what, "PUT", id);
        return tunnels.fault(id, fault(body));
    }

    private Tunnel calm(TunnelId id, String what) {
        requireWord("fault", what, "DELETE", id);
        return tunnels.fault(id, null);
    }

    private static void requireWord(String known, String word, String method, TunnelId id) {
        if (!word.equals(known)) {
            throw unknown(method, "tunnels/" + id + "/" + word);
        }
    }

    private Object renewCertificates() {
        tunnels.renewCertificates();
        return Map.of();
    }

    private Object showWindow() {
        window.run();
        return Map.of();
    }

    private Object certificate() {
        try {
            return Map.of(
                    "der",
                    Base64.getEncoder().encodeToString(machine.rootCertificate().getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] json(Object answer) {
        return ControlApi.JSON.writeValueAsBytes(answer);
    }

    /** One event of a stream, after the HTML standard's server-sent events. */
    static byte[] event(String name, Object data) {
        String text = "event: " + name + "\ndata: " + new String(json(data), StandardCharsets.UTF_8) + "\n\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<String> split(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? List.of(uri, "") : List.of(uri.substring(0, query), uri.substring(query + 1));
    }
}
