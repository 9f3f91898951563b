package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.Fault;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be done with tunnels. The command line, the windows and the control API all call this one
 * interface; it is implemented by {@link TunnelManager} in the process that owns the engine and by the control client
 * everywhere else. Calls block and may take seconds: never make them on an event loop or the FX thread.
 */
public interface TunnelService extends AutoCloseable {
    /** All tunnels that are known: running ones, and stopped ones of the configuration; ordered by id. */
    List<Tunnel> list();

    /**
     * What a tunnel is to be: as it is saved, or for one that is not saved, as it runs. For an editor to change and save
     * again.
     *
     * @throws GotunnelException {@code NO_SUCH_TUNNEL}
     */
    TunnelSpec spec(TunnelId id);

    /**
     * Starts a tunnel and returns it once it answers. One that runs already is changed while it runs, where it differs:
     * no connection notices. The change is not saved.
     *
     * @throws GotunnelException {@code NAME_TAKEN}, also for a change of names or ports while it runs,
     *     {@code PORT_TAKEN}, or what a step failed with; nothing is left half-started
     */
    Tunnel start(TunnelSpec spec);

    /**
     * Starts a known tunnel.
     *
     * @throws GotunnelException {@code NO_SUCH_TUNNEL}, or as {@link #start(TunnelSpec)}
     */
    Tunnel start(TunnelId id);

    /**
     * Stops a tunnel after the requests under way, at most 10 s. One of the profile {@code session} is forgotten.
     *
     * @return the tunnel as it is afterwards
     * @throws GotunnelException {@code NO_SUCH_TUNNEL}
     */
    Tunnel stop(TunnelId id);

    /**
     * Stops every tunnel.
     *
     * @return those that ran
     */
    List<Tunnel> stopAll();

    /**
     * Writes a tunnel into the configuration, replacing one of the same id. A running one is changed while it runs; a
     * change of names or ports waits for its next start, of which a limitation of the tunnel tells.
     *
     * @throws GotunnelException {@code CONFIG} or {@code IO} when the file cannot be changed
     */
    Tunnel save(TunnelSpec spec);

    /**
     * Makes trouble for the clients of a running tunnel, until it stops. Not saved.
     *
     * @param fault the trouble; null to end it
     * @throws GotunnelException {@code NO_SUCH_TUNNEL}, also when it does not run
     */
    Tunnel fault(TunnelId id, @Nullable Fault fault);

    /**
     * Looks at the certificates of all running tunnels now, and at the suffixes that names may stand below: another
     * authority may have taken the place of the one that they have. Connections go on.
     *
     * @throws GotunnelException {@code CONFIG} when the configuration cannot be read
     */
    void renewCertificates();

    /**
     * Stops a tunnel and takes it out of the configuration.
     *
     * @throws GotunnelException {@code NO_SUCH_TUNNEL}
     */
    void remove(TunnelId id);

    /**
     * Looks at once, instead of within some seconds, whether names lead here and ports may be had that did not before, and
     * the other way round. What was lacking and is there now is lifted from the limitations of running tunnels.
     *
     * @return all tunnels, as they are afterwards
     */
    List<Tunnel> lookAgain();

    /** Who owns the engine, and where it listens. */
    EngineInfo info();

    /**
     * Calls the listener with every event from now on, in order, on a thread of the service's own.
     *
     * @return ends the subscription when closed
     */
    Subscription subscribe(Consumer<TunnelEvent> listener);

    /** Ends this view of the service; the owner also stops all tunnels. */
    @Override
    void close();

    /** A running subscription to events. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * The tunnel that a user's word means.
     *
     * @param reference NAME, PROFILE/NAME or DOMAIN
     * @throws GotunnelException {@code NO_SUCH_TUNNEL}, or {@code AMBIGUOUS} when several match and not just one of them runs
     */
    default Tunnel find(String reference) {
        return find(list(), reference);
    }

    /** As {@link #find(String)}, among the given tunnels. */
    static Tunnel find(List<Tunnel> tunnels, String reference) {
        List<Tunnel> matches =
                tunnels.stream().filter(t -> t.matches(reference)).toList();
        if (matches.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.NO_SUCH_TUNNEL, "There is no tunnel \"" + reference + "\".", "See: gotunnel list");
        }
        List<Tunnel> running =
                matches.stream().filter(t -> t.state().isActive()).toList();
        if (matches.size() > 1 && running.size() == 1) {
            return running.getFirst();
        }
        if (matches.size() > 1) {
            String ids = String.join(" or ", matches.stream().map(Tunnel::id).toList());
            throw new GotunnelException(
                    ErrorCode.AMBIGUOUS, "\"" + reference + "\" means more than one tunnel.", "Say " + ids + ".");
        }
        return matches.getFirst();
    }
}
