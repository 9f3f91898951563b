package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.PrivilegeManager;
import dev.gotunnel.proxy.ProxyEngine;
import org.jspecify.annotations.Nullable;

/**
 * The pair of ports that all tunnels share.
 *
 * @param http plain HTTP
 * @param https HTTPS
 * @param limitation why they are not 80 and 443, when that was wished for
 */
record EnginePorts(int http, int https, @Nullable Limitation limitation) {
    private static final int LOW_HTTP = 80;
    private static final int LOW_HTTPS = 443;

    /** 8080 belongs to backends. */
    private static final int FIRST_HTTP = 8880;

    private static final int FIRST_HTTPS = 8443;
    private static final int PAIRS = 20;

    /**
     * Opens the pair of a plan. A port that the user named is used or refused, never replaced.
     *
     * @throws GotunnelException {@code PORT_TAKEN} or {@code NOT_PERMITTED}; nothing stays open then
     */
    static EnginePorts open(ProxyEngine engine, PortPlan plan, PrivilegeManager privileges) {
        Integer http = plan.http() == null ? null : engine.listen(plan.http(), false);
        try {
            Integer https = plan.https() == null ? null : engine.listen(plan.https(), true);
            EnginePorts ports;
            try {
                ports = choose(engine, http, https, plan.lowPorts(), privileges);
            } catch (GotunnelException e) {
                close(engine, https);
                throw e;
            }
            engine.redirectTo(ports.https());
            return ports;
        } catch (GotunnelException e) {
            close(engine, http);
            throw e;
        }
    }

    private static void close(ProxyEngine engine, @Nullable Integer port) {
        if (port != null) {
            engine.unlisten(port);
        }
    }

    /** Opens what is not open yet. */
    private static EnginePorts choose(
            ProxyEngine engine,
            @Nullable Integer http,
            @Nullable Integer https,
            boolean lowPorts,
            PrivilegeManager privileges) {
        Limitation why = null;
        if (lowPorts && (http == null || https == null)) {
            if (privileges.canPerform(Permission.BIND_PRIVILEGED_PORTS)) {
                try {
                    return pair(engine, http, https, LOW_HTTP, LOW_HTTPS, null);
                } catch (GotunnelException e) {
                    requireTaken(e);
                    why = new Limitation("high-port", e.getMessage(), e.hint() == null ? "" : e.hint());
                }
            } else if (https == null) {
                why = notPermitted();
            }
        }
        for (int i = 0; ; i++) {
            try {
                return pair(engine, http, https, FIRST_HTTP + i, FIRST_HTTPS + i, why);
            } catch (GotunnelException e) {
                requireTaken(e);
                if (i == PAIRS) {
                    throw e;
                }
            }
        }
    }

    private static void requireTaken(GotunnelException failed) {
        if (failed.code() != ErrorCode.PORT_TAKEN && failed.code() != ErrorCode.NOT_PERMITTED) {
            throw failed;
        }
    }

    private static EnginePorts pair(
            ProxyEngine engine,
            @Nullable Integer openHttp,
            @Nullable Integer openHttps,
            int http,
            int https,
            @Nullable Limitation why) {
        int secure = openHttps == null ? engine.listen(https, true) : openHttps;
        try {
            int plain = openHttp == null ? engine.listen(http, false) : openHttp;
            return new EnginePorts(plain, secure, why);
        } catch (GotunnelException e) {
            if (openHttps == null) {
                engine.unlisten(secure);
            }
            throw e;
        }
    }

    void close(ProxyEngine engine) {
        engine.unlisten(http);
        engine.unlisten(https);
    }

    private static Limitation notPermitted() {
        return new Limitation(
                "high-port",
                "Ports 443 and 80 need a permission, so addresses carry a port.",
                OperatingSystem.current() == OperatingSystem.LINUX
                        ? "To allow low ports until the next boot: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80"
                        : "Use the address with its port.");
    }

    /** The URL of a name on the shared ports. */
    String url(String name, boolean secure) {
        return secure ? secureUrl(name, https) : "http://" + name + (http == 80 ? "" : ":" + http);
    }

    static String secureUrl(String name, int port) {
        return "https://" + name + (port == 443 ? "" : ":" + port);
    }
}
