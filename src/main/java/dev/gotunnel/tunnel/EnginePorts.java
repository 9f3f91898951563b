package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.PrivilegeManager;
import dev.gotunnel.proxy.ProxyEngine;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pair of ports that all tunnels share.
 *
 * @param http plain HTTP
 * @param https HTTPS
 * @param limitation why they are not 80 and 443, when that was wished for
 * @param former the pair that was in use before 80 and 443 were to be had, and stays open: addresses that were given out
 *     go on working
 */
record EnginePorts(
        int http,
        int https,
        @Nullable Limitation limitation,
        @Nullable EnginePorts former) {
    /** A pair that addresses need not name. */
    static final Pair STANDARD = new Pair(80, 443);

    /** 8080 belongs to backends. */
    private static final int FIRST_HTTP = 8880;

    private static final int FIRST_HTTPS = 8443;
    private static final int PAIRS = 20;
    private static final String NEEDS_PERMISSION = "Ports 443 and 80 need a permission, so addresses carry a port.";

    /** Two ports, one for each protocol. */
    record Pair(int http, int https) {}

    EnginePorts(int http, int https, @Nullable Limitation limitation) {
        this(http, https, limitation, null);
    }

    /**
     * Opens the pair of a plan. A port that the user named is used or refused, never replaced.
     *
     * @throws GotunnelException {@code PORT_TAKEN} or {@code NOT_PERMITTED}; nothing stays open then
     */
    static EnginePorts open(ProxyEngine engine, PortPlan plan, PrivilegeManager privileges) {
        return open(engine, plan, STANDARD, privileges);
    }

    static EnginePorts open(ProxyEngine engine, PortPlan plan, Pair low, PrivilegeManager privileges) {
        Integer http = plan.http() == null ? null : engine.listen(plan.http(), false);
        try {
            Integer https = plan.https() == null ? null : engine.listen(plan.https(), true);
            EnginePorts ports;
            try {
                ports = choose(engine, http, https, plan.lowPorts() ? low : null, privileges);
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
            @Nullable Pair low,
            PrivilegeManager privileges) {
        Limitation why = null;
        if (low != null && (http == null || https == null)) {
            if (privileges.canPerform(Permission.BIND_PRIVILEGED_PORTS)) {
                try {
                    return pair(engine, http, https, low, null);
                } catch (GotunnelException e) {
                    why = taken(e);
                }
            } else if (https == null) {
                why = notPermitted(privileges);
            }
        }
        for (int i = 0; ; i++) {
            try {
                return pair(engine, http, https, new Pair(FIRST_HTTP + i, FIRST_HTTPS + i), why);
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
            Pair wanted,
            @Nullable Limitation why) {
        int secure = openHttps == null ? engine.listen(wanted.https(), true) : openHttps;
        try {
            int plain = openHttp == null ? engine.listen(wanted.http(), false) : openHttp;
            return new EnginePorts(plain, secure, why);
        } catch (GotunnelException e) {
            if (openHttps == null) {
                engine.unlisten(secure);
            }
            throw e;
        }
    }

    /**
     * Takes 80 and 443 as well, where they were wished for and are to be had by now.
     *
     * @param evenIfTaken whether to try although somebody had them before: looking for who that is takes time
     * @return these ports, or others
     */
    EnginePorts raised(ProxyEngine engine, PortPlan plan, Pair low, PrivilegeManager privileges, boolean evenIfTaken) {
        if (limitation == null || (!evenIfTaken && !limitation.message().equals(NEEDS_PERMISSION))) {
            return this;
        }
        if (!privileges.canPerform(Permission.BIND_PRIVILEGED_PORTS)) {
            return new EnginePorts(http, https, notPermitted(privileges), former);
        }
        try {
            EnginePorts raised = pair(
                    engine,
                    plan.http() == null ? null : Integer.valueOf(http),
                    plan.https() == null ? null : Integer.valueOf(https),
                    low,
                    null);
            engine.redirectTo(raised.https);
            return new EnginePorts(raised.http, raised.https, null, this);
        } catch (GotunnelException e) {
            return new EnginePorts(http, https, taken(e), former);
        }
    }

    /**
     * Gives 80 and 443 back when this process would not get them again. Connections that are open go on.
     *
     * @return these ports, or others
     */
    EnginePorts lowered(ProxyEngine engine, PortPlan plan, Pair low, PrivilegeManager privileges) {
        boolean chosen = https == low.https() && plan.https() == null && limitation == null;
        if (!chosen || privileges.canPerform(Permission.BIND_PRIVILEGED_PORTS)) {
            return this;
        }
        Integer named = plan.http() == null ? null : Integer.valueOf(http);
        EnginePorts high = former == null ? choose(engine, named, null, low, privileges) : former;
        engine.redirectTo(high.https);
        engine.unlisten(https);
        if (named == null) {
            engine.unlisten(http);
        }
        return new EnginePorts(high.http, high.https, notPermitted(privileges));
    }

    private static Limitation taken(GotunnelException e) {
        requireTaken(e);
        return new Limitation(
                "high-port", e.getMessage(), e.hint() == null ? "" : e.hint() + " Then: gotunnel ports enable");
    }

    private static Limitation notPermitted(PrivilegeManager privileges) {
        boolean linux = OperatingSystem.current() == OperatingSystem.LINUX;
        return new Limitation(
                "high-port",
                NEEDS_PERMISSION,
                privileges.canRequest(Permission.BIND_PRIVILEGED_PORTS)
                        ? "gotunnel ports enable"
                        : linux ? PortsService.BY_HAND : "Use the address with its port.");
    }

    /** Every port that is open for all tunnels. */
    Set<Integer> all() {
        Set<Integer> all = new HashSet<>(List.of(http, https));
        if (former != null) {
            all.addAll(former.all());
        }
        return all;
    }

    void close(ProxyEngine engine) {
        all().forEach(engine::unlisten);
    }

    /** The URL of a name on the shared ports. */
    String url(String name, boolean secure) {
        return secure ? secureUrl(name, https) : "http://" + name + (http == STANDARD.http() ? "" : ":" + http);
    }

    static String secureUrl(String name, int port) {
        return "https://" + name + (port == STANDARD.https() ? "" : ":" + port);
    }
}
