package dev.gotunnel.ui.model;

import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * One row of the list: a tunnel as it is now, what is being done to it, and what went wrong. The same object stands for
 * the tunnel as long as the list knows it, so a selection survives every change. FX thread only, or whichever thread
 * the {@link TunnelListModel} was given.
 */
public final class TunnelItem {
    private final TunnelId id;
    private final ReadOnlyObjectWrapper<Tunnel> tunnel;
    private final ReadOnlyObjectWrapper<@Nullable Boolean> switchingTo = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();

    /** The end of the last thing done to this tunnel: what is asked for next waits for it. */
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    TunnelItem(Tunnel tunnel) {
        this.id = tunnel.tunnelId();
        this.tunnel = new ReadOnlyObjectWrapper<>(tunnel);
    }

    /** Who it is. */
    public TunnelId id() {
        return id;
    }

    /** The tunnel as it is now. */
    public Tunnel tunnel() {
        return tunnel.get();
    }

    /** The tunnel as it is now; never null. */
    public ReadOnlyObjectProperty<Tunnel> tunnelProperty() {
        return tunnel.getReadOnlyProperty();
    }

    /** Why the last thing asked for failed; null once something succeeded. */
    public @Nullable Problem problem() {
        return problem.get();
    }

    /** Whether it is, or is about to be, switched on: what its switch shows. */
    public boolean isOn() {
        Boolean target = switchingTo.get();
        return target != null ? target : tunnel().state().isActive();
    }

    /** Whether something is under way whose end is to be awaited. */
    public boolean isBusy() {
        TunnelState state = tunnel().state();
        return switchingTo.get() != null || state == TunnelState.STARTING || state == TunnelState.STOPPING;
    }

    /** Whether the service has already reported the tunnel to be on, or off, and to stay so. */
    boolean isSettled(boolean on) {
        TunnelState state = tunnel().state();
        return on ? state.serves() : !state.isActive();
    }

    /** The state to show, ahead of the service's own answer while it is being switched. */
    public TunnelState shownState() {
        Boolean target = switchingTo.get();
        TunnelState state = tunnel().state();
        if (target == null) {
            return problem() != null && state == TunnelState.STOPPED ? TunnelState.FAILED : state;
        }
        return target ? TunnelState.STARTING : TunnelState.STOPPING;
    }

    /** The first address that works now; empty while it is not served, and for a wildcard. */
    public Optional<String> url() {
        return tunnel().openUrl();
    }

    /** Runs the action now and at every change of anything that this item shows. */
    public Subscription watch(Runnable action) {
        Subscription changes = Subscription.combine(
                tunnel.subscribe(action), switchingTo.subscribe(action), problem.subscribe(action));
        action.run();
        return changes;
    }

    void update(Tunnel now) {
        if (now.state().serves()) {
            problem.set(null);
        }
        tunnel.set(now);
    }

    /** The process that served it has gone, and took it along. */
    void ended() {
        Tunnel was = tunnel();
        switchingTo.set(null);
        tunnel.set(new Tunnel(
                was.id(),
                was.profile(),
                was.name(),
                was.domain(),
                TunnelState.STOPPED,
                List.of(),
                was.backends(),
                List.of()));
    }

    void switching(@Nullable Boolean target) {
        if (target != null) {
            problem.set(null);
        }
        switchingTo.set(target);
    }

    void failed(Problem why) {
        problem.set(why);
    }

    CompletableFuture<?> last() {
        return last;
    }

    void last(CompletableFuture<?> action) {
        last = action;
    }
}
