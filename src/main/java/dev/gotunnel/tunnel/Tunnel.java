package dev.gotunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of one tunnel, immutable. Its JSON form is the public output of {@code gotunnel list --format json} and of
 * the control API: keys are added, never renamed or removed.
 *
 * @param id {@code PROFILE/NAME}
 * @param profile the first half of the id
 * @param name the second half of the id
 * @param domain the name that it serves, such as {@code shop.local}
 * @param state where it is in its life
 * @param urls the addresses that work now, the {@code .localhost} one first; empty while it does not run
 * @param backends where requests go, each with its health
 * @param limitations what does not work, why, and how to mend it
 */
@JsonPropertyOrder({"id", "profile", "name", "domain", "state", "urls", "backends", "limitations"})
public record Tunnel(
        String id,
        String profile,
        String name,
        String domain,
        TunnelState state,
        List<String> urls,
        List<Backend> backends,
        List<Limitation> limitations) {
    /** Copies the lists. */
    public Tunnel {
        urls = List.copyOf(urls);
        backends = List.copyOf(backends);
        limitations = List.copyOf(limitations);
    }

    /** A tunnel that is saved and that nobody runs. */
    public static Tunnel atRest(TunnelSpec spec) {
        return new Tunnel(
                spec.id().toString(),
                spec.id().profile(),
                spec.id().name(),
                spec.domain().ascii(),
                TunnelState.STOPPED,
                List.of(),
                spec.backends().stream().map(b -> new Backend(b.url(), false)).toList(),
                List.of());
    }

    /** The first address that a browser can be sent to: a wildcard's is only a pattern. */
    @JsonIgnore
    public Optional<String> openUrl() {
        return urls.stream().filter(Tunnel::isOpenable).findFirst();
    }

    /** Whether an address of a tunnel is one, and not the pattern of a wildcard's addresses. */
    public static boolean isOpenable(String url) {
        return url.indexOf('*') < 0;
    }

    /** The id in its typed form. */
    @JsonIgnore
    public TunnelId tunnelId() {
        return new TunnelId(profile, name);
    }

    /** Whether a user's word means this tunnel: NAME, PROFILE/NAME or DOMAIN. */
    public boolean matches(String reference) {
        return id.equals(reference) || name.equals(reference) || domain.equals(reference);
    }
}
