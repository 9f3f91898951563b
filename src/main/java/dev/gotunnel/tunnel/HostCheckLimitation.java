package dev.gotunnel.tunnel;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.proxy.ProxyEngine.HostRefusal;
import java.util.List;

/** A development server that refuses the tunnel's name, and the command that mends it. */
final class HostCheckLimitation {
    private HostCheckLimitation() {}

    /**
     * Tells of a refusal.
     *
     * @param spec the tunnel as it runs
     * @param saved whether the configuration has it
     */
    static Limitation of(TunnelSpec spec, boolean saved, HostRefusal refusal) {
        return new Limitation("host-refused", message(refusal), fix(spec, saved, refusal));
    }

    private static String message(HostRefusal refusal) {
        String server = refusal.server().product() + " at " + refusal.backend().url();
        return switch (refusal.server()) {
            case VITE, WEBPACK, RAILS ->
                server + " refuses requests for " + refusal.name() + ", a name that it was not told of.";
            case NEXT ->
                server + " refuses hot reload to pages of " + refusal.name() + ", a name that it was not told of.";
            case DJANGO ->
                server + " answers requests for " + refusal.name()
                        + " with 400, as it does for names that ALLOWED_HOSTS does not have.";
        };
    }

    private static String fix(TunnelSpec spec, boolean saved, HostRefusal refusal) {
        DevServer server = refusal.server();
        if (saved && refusal.path() != null) {
            return "Give the path " + refusal.path() + " of " + spec.id() + " \"preset: " + server.id()
                    + "\" in gotunnel.yaml.";
        }
        String preset = "--preset " + server.id() + (keepsHost(spec.policy()) ? " --host-header backend" : "");
        if (saved) {
            return "gotunnel start " + spec.id() + " " + preset + " --save";
        }
        return isPlain(spec)
                ? "gotunnel start " + address(spec.backends().getFirst()) + " --domain "
                        + spec.domain().ascii() + " --name " + spec.id().name() + " " + preset + " --detach"
                : "Stop it, and start it again with " + preset + ": gotunnel stop " + spec.id();
    }

    /** Whether a preset would not change the host by itself, because the tunnel says otherwise. */
    private static boolean keepsHost(TrafficPolicy policy) {
        return policy.host() != null && !(policy.host() instanceof HostHeader.OfBackend);
    }

    /** Whether nothing else was said of the tunnel that a shorter command would take away from it. */
    private static boolean isPlain(TunnelSpec spec) {
        return spec.equals(
                new TunnelSpec(spec.id(), spec.domain(), List.of(spec.backends().getFirst()), true, null));
    }

    private static String address(BackendAddress backend) {
        return backend.equals(new BackendAddress("localhost", backend.port()))
                ? "--port " + backend.port()
                : "--backend " + backend.url();
    }
}
