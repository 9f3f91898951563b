package dev.gotunnel.ui.model;

import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;

/**
 * The tunnels that a window lists, kept in step with the service, and everything that can be done to them. All methods
 * and properties belong to one thread, that of the given serial executor; no method blocks.
 */
public final class TunnelListModel implements AutoCloseable {
    private final TunnelService service;
    private final Executor background;
    private final Executor fx;
    private final TunnelFeed feed;
    private final ObservableList<TunnelItem> items = FXCollections.observableArrayList();
    private final ObservableList<TunnelItem> view = FXCollections.unmodifiableObservableList(items);
    private final ReadOnlyObjectWrapper<@Nullable EngineInfo> info = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyIntegerWrapper running = new ReadOnlyIntegerWrapper();
    private final ReadOnlyBooleanWrapper loaded = new ReadOnlyBooleanWrapper();
    private final ReadOnlyBooleanWrapper ownerLeft = new ReadOnlyBooleanWrapper();
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();
    private final Deletion deletion;

    /**
     * @param background where calls that block are made
     * @param fx the serial executor that owns this model, such as {@code Platform::runLater}
     */
    public TunnelListModel(TunnelService service, Executor background, Executor fx) {
        this.service = service;
        this.background = background;
        this.fx = fx;
        this.feed = new TunnelFeed(service, background, fx, new News());
        this.deletion = new Deletion(this);
    }

    /** Begins to read the tunnels, or tries again after that failed. */
    public void open() {
        problem.set(null);
        feed.open();
        refreshInfo();
    }

    /** The tunnels by id, without one whose deletion can still be undone. Not to be changed. */
    public ObservableList<TunnelItem> items() {
        return view;
    }

    /** How many of the listed tunnels are served. */
    public ReadOnlyIntegerProperty runningProperty() {
        return running.getReadOnlyProperty();
    }

    /** Whether the tunnels have been read: before that an empty list means nothing. */
    public ReadOnlyBooleanProperty loadedProperty() {
        return loaded.getReadOnlyProperty();
    }

    /** Whether the process that owned the engine has left. */
    public ReadOnlyBooleanProperty ownerLeftProperty() {
        return ownerLeft.getReadOnlyProperty();
    }

    /** Why the tunnels could not be read; null when they could. */
    public ReadOnlyObjectProperty<@Nullable Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    /** Where the engine listens; null until it has answered. */
    public ReadOnlyObjectProperty<@Nullable EngineInfo> infoProperty() {
        return info.getReadOnlyProperty();
    }

    /** The deletion that can be undone. */
    public Deletion deletion() {
        return deletion;
    }

    /** The item of a tunnel, listed or about to be deleted. */
    public Optional<TunnelItem> find(TunnelId id) {
        return items.stream()
                .filter(item -> item.id().equals(id))
                .findFirst()
                .or(() -> deletion.pending().filter(item -> item.id().equals(id)));
    }

    /** Starts a tunnel that rests, stops one that does not; nothing while it is being switched already. */
    public void toggle(TunnelItem item) {
        if (!item.isBusy()) {
            var _ = switchTo(item, !item.isOn());
        }
    }

    /**
     * Starts or stops a tunnel once what was asked before is done. A failure is shown at the item.
     *
     * @return completes on this model's thread, also after a failure
     */
    CompletableFuture<?> switchTo(TunnelItem item, boolean on) {
        item.switching(on);
        return after(item, () -> on ? service.start(item.id()) : service.stop(item.id()), (tunnel, failure) -> {
            item.switching(null);
            // An event may have told more than this answer, which left the service before it.
            if (tunnel != null && !item.isSettled(on)) {
                item.update(tunnel);
                count();
            }
            if (failure != null) {
                item.failed(failure);
            }
            refreshInfo();
        });
    }

    /** Takes a tunnel out of the configuration for good. A failure brings it back into the list and is shown there. */
    CompletableFuture<?> remove(TunnelItem item) {
        Supplier<@Nullable Tunnel> removal = () -> {
            service.remove(item.id());
            return null;
        };
        return after(item, removal, (nothing, failure) -> {
            if (failure != null) {
                show(item);
                item.failed(failure);
            }
        });
    }

    /**
     * Saves a new tunnel and starts it.
     *
     * @return the item, once it is saved; fails with what saving failed with. How the start ends is shown at the item.
     *     Completes on this model's thread.
     */
    public CompletableFuture<TunnelItem> add(TunnelSpec spec) {
        // Handled rather than applied, since a failure passes an application by on whatever thread it happened on.
        return CompletableFuture.supplyAsync(() -> service.save(spec), background)
                .handleAsync(
                        (tunnel, failure) -> {
                            if (failure != null) {
                                throw new CompletionException(failure);
                            }
                            TunnelItem item = shown(tunnel);
                            var _ = switchTo(item, true);
                            return item;
                        },
                        fx);
    }

    private interface Ending {
        void told(@Nullable Tunnel tunnel, @Nullable Problem failure);
    }

    private CompletableFuture<?> after(TunnelItem item, Supplier<@Nullable Tunnel> call, Ending ending) {
        CompletableFuture<?> done = item.last()
                .handleAsync((result, failure) -> call.get(), background)
                .handleAsync(
                        (tunnel, failure) -> {
                            ending.told(tunnel, failure == null ? null : Problem.of(failure));
                            return tunnel;
                        },
                        fx);
        item.last(done);
        return done;
    }

    void show(TunnelItem item) {
        if (items.contains(item)) {
            return;
        }
        int index = 0;
        while (index < items.size() && items.get(index).id().compareTo(item.id()) < 0) {
            index++;
        }
        items.add(index, item);
        count();
    }

    void hide(TunnelItem item) {
        items.remove(item);
        count();
    }

    private void count() {
        running.set((int)
                items.stream().filter(item -> item.tunnel().state().serves()).count());
    }

    private TunnelItem shown(Tunnel tunnel) {
        Optional<TunnelItem> known = find(tunnel.tunnelId());
        TunnelItem item = known.orElseGet(() -> new TunnelItem(tunnel));
        known.ifPresent(k -> k.update(tunnel));
        if (!deletion.isPending(item)) {
            show(item);
        }
        count();
        return item;
    }

    private void refreshInfo() {
        background.execute(() -> {
            try {
                EngineInfo now = service.info();
                fx.execute(() -> info.set(now));
            } catch (RuntimeException e) {
                // What ails the service shows where the tunnels are read; ports unknown for now are no news of their
                // own.
                fx.execute(() -> info.set(null));
            }
        });
    }

    /** Ends the view: nothing changes any more. A deletion that is still open stays undone. */
    @Override
    public void close() {
        feed.close();
    }

    private final class News implements TunnelFeed.Listener {
        @Override
        public void changed(Tunnel tunnel) {
            var _ = shown(tunnel);
            EngineInfo known = info.get();
            if (tunnel.state().serves() && (known == null || known.httpPort() == null)) {
                refreshInfo();
            }
        }

        @Override
        public void removed(String id) {
            find(TunnelId.parse(id)).ifPresent(item -> {
                deletion.forget(item);
                hide(item);
            });
        }

        @Override
        public void loaded() {
            loaded.set(true);
        }

        @Override
        public void ownerLeft() {
            // The deletion was not final, so the configuration still has the tunnel.
            deletion.pending().ifPresent(item -> {
                deletion.forget(item);
                show(item);
            });
            items.forEach(TunnelItem::ended);
            info.set(null);
            count();
            ownerLeft.set(true);
        }

        @Override
        public void failed(Problem why) {
            problem.set(why);
        }
    }
}
