package dev.gotunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with ports 443 and 80. Its JSON form is the public output of {@code gotunnel ports status --format json}:
 * keys are added, never renamed or removed.
 *
 * @param permitted whether this user may listen on them
 * @param enabled whether gotunnel has allowed it to him
 * @param ports 443 and 80
 * @param fix what to do so that addresses need no port, usually a command; empty when nothing is to be done
 */
@JsonPropertyOrder({"permitted", "enabled", "ports", "fix"})
public record PortsStatus(boolean permitted, boolean enabled, List<Port> ports, String fix) {
    /** Copies the list. */
    public PortsStatus {
        ports = List.copyOf(ports);
    }

    /**
     * One port.
     *
     * @param state {@code gotunnel} when the running engine listens there, {@code taken} by another process, or {@code free}
     * @param holder who has it, as far as this user may know; null when nobody has
     */
    @JsonPropertyOrder({"port", "state", "holder"})
    public record Port(int port, String state, @Nullable String holder) {}
}
