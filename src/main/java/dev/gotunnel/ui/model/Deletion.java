package dev.gotunnel.ui.model;

import dev.gotunnel.tunnel.TunnelId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A deletion that can still be undone, at most one at a time. The tunnel leaves the list and stops at once; it leaves
 * the configuration only when the deletion is committed, so undoing loses nothing of what was configured. Belongs to
 * the thread of its {@link TunnelListModel}.
 */
public final class Deletion {
    private final TunnelListModel model;
    private final ReadOnlyObjectWrapper<@Nullable TunnelItem> pending = new ReadOnlyObjectWrapper<>();
    private boolean wasOn;

    Deletion(TunnelListModel model) {
        this.model = model;
    }

    /** The tunnel that can be brought back; null when there is none. */
    public ReadOnlyObjectProperty<@Nullable TunnelItem> pendingProperty() {
        return pending.getReadOnlyProperty();
    }

    /** The tunnel that can be brought back. */
    public Optional<TunnelItem> pending() {
        return Optional.ofNullable(pending.get());
    }

    boolean isPending(TunnelItem item) {
        return item == pending.get();
    }

    /** Deletes a tunnel until further notice; one deleted before is then gone for good. */
    public void delete(TunnelItem item) {
        var _ = commit();
        wasOn = item.isOn();
        pending.set(item);
        model.hide(item);
        if (wasOn && !forgetsItself(item)) {
            var _ = model.switchTo(item, false);
        }
    }

    /** Brings the tunnel back as it was, running if it ran. */
    public void undo() {
        TunnelItem item = pending.get();
        if (item == null) {
            return;
        }
        pending.set(null);
        model.show(item);
        if (wasOn && !forgetsItself(item)) {
            var _ = model.switchTo(item, true);
        }
    }

    /**
     * Makes the deletion final.
     *
     * @return completes when the service has been told, on the model's thread
     */
    public CompletableFuture<?> commit() {
        TunnelItem item = pending.get();
        if (item == null) {
            return CompletableFuture.completedFuture(null);
        }
        pending.set(null);
        return model.remove(item);
    }

    void forget(TunnelItem item) {
        if (isPending(item)) {
            pending.set(null);
        }
    }

    /** A tunnel of a session is in no configuration: stopped, it could not be brought back, so it runs on until the end. */
    private static boolean forgetsItself(TunnelItem item) {
        return item.id().profile().equals(TunnelId.SESSION);
    }
}
