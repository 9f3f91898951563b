package dev.gotunnel.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelState;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TunnelListModelTest {
    private static final TunnelId API = new TunnelId(TunnelId.DEFAULT, "api");
    private static final TunnelId SHOP = new TunnelId(TunnelId.DEFAULT, "shop");

    private final FakeTunnelService service = new FakeTunnelService();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final TestThread thread = new TestThread();
    private final TunnelListModel model = new TunnelListModel(service, background, thread);

    @AfterEach
    void close() {
        model.close();
        service.close();
        background.shutdownNow();
    }

    @Test
    void listsWhatTheServiceKnowsById() throws Exception {
        service.with("shop", "3000").with("api", "8080");
        open();
        assertEquals(List.of("api", "shop"), names());
    }

    @Test
    void followsEvents() throws Exception {
        service.with("shop", "3000");
        open();
        service.with("api", "8080");
        thread.runUntil(() -> names().equals(List.of("api", "shop")));
        service.change(API, TunnelState.RUNNING);
        thread.runUntil(() -> item(API).tunnel().state() == TunnelState.RUNNING);
        assertEquals(1, model.runningProperty().get());
        service.remove(API);
        thread.runUntil(() -> names().equals(List.of("shop")));
        assertEquals(0, model.runningProperty().get());
    }

    @Test
    void keepsTheItemOfATunnelThatChanges() throws Exception {
        service.with("shop", "3000");
        open();
        TunnelItem before = item(SHOP);
        service.change(SHOP, TunnelState.DEGRADED);
        thread.runUntil(() -> before.tunnel().state() == TunnelState.DEGRADED);
        assertSame(before, item(SHOP));
    }

    @Test
    void showsTheIntentionWhileSwitching() throws Exception {
        service.with("shop", "3000");
        open();
        TunnelItem shop = item(SHOP);
        service.hold();
        model.toggle(shop);
        assertTrue(shop.isOn());
        assertTrue(shop.isBusy());
        assertEquals(TunnelState.STARTING, shop.shownState());
        service.release();
        thread.runUntil(() -> !shop.isBusy());
        assertEquals(TunnelState.RUNNING, shop.shownState());
        assertEquals("https://shop.localhost:8443", shop.url().orElseThrow());
    }

    @Test
    void ignoresASecondToggleUntilTheFirstIsDone() throws Exception {
        service.with("shop", "3000");
        open();
        service.hold();
        model.toggle(item(SHOP));
        model.toggle(item(SHOP));
        service.release();
        thread.runUntil(() -> !item(SHOP).isBusy());
        assertEquals(List.of("start default/shop"), service.calls());
    }

    @Test
    void aFailedStartLeavesItsReasonAtTheTunnelUntilItServes() throws Exception {
        service.with("shop", "3000");
        open();
        TunnelItem shop = item(SHOP);
        service.failStart(SHOP, new GotunnelException(ErrorCode.PORT_TAKEN, "Port 443 is taken.", "Stop nginx."));
        model.toggle(shop);
        thread.runUntil(() -> shop.problem() != null);
        assertEquals(new Problem("Port 443 is taken.", "Stop nginx."), shop.problem());
        thread.runUntil(() -> !shop.isOn());
        service.failStart(SHOP, null);
        model.toggle(shop);
        thread.runUntil(() -> !shop.isBusy());
        assertNull(shop.problem());
    }

    @Test
    void addSavesAndStarts() throws Exception {
        open();
        CompletableFuture<TunnelItem> added = model.add(spec("shop"));
        thread.runUntil(() -> added.isDone() && !added.get().isBusy());
        assertEquals(List.of("save default/shop", "start default/shop"), service.calls());
        assertEquals(TunnelState.RUNNING, item(SHOP).tunnel().state());
    }

    @Test
    void whatCannotBeSavedIsNotStarted() throws Exception {
        open();
        service.failSave(new GotunnelException(ErrorCode.IO, "The file cannot be written.", null));
        CompletableFuture<TunnelItem> added = model.add(spec("shop"));
        thread.runUntil(added::isDone);
        assertTrue(added.isCompletedExceptionally());
        assertEquals(
                "The file cannot be written.", Problem.of(added.exceptionNow()).message());
        assertEquals(List.of("save default/shop"), service.calls());
    }

    @Test
    void aDeletedTunnelStopsAtOnceAndIsRemovedWhenTheDeletionIsFinal() throws Exception {
        service.running("shop", "3000");
        open();
        model.deletion().delete(item(SHOP));
        assertEquals(List.of(), names());
        thread.runUntil(() -> service.calls().equals(List.of("stop default/shop")));
        assertEquals(List.of(SHOP), service.configured());
        CompletableFuture<?> gone = model.deletion().commit();
        thread.runUntil(gone::isDone);
        assertEquals(List.of(), service.configured());
    }

    @Test
    void undoBringsTheTunnelBackRunning() throws Exception {
        service.running("shop", "3000");
        open();
        TunnelItem shop = item(SHOP);
        model.deletion().delete(shop);
        model.deletion().undo();
        assertEquals(List.of("shop"), names());
        thread.runUntil(() -> !shop.isBusy() && shop.tunnel().state() == TunnelState.RUNNING);
        assertEquals(List.of("stop default/shop", "start default/shop"), service.calls());
        assertEquals(List.of(SHOP), service.configured());
    }

    @Test
    void aSecondDeletionMakesTheFirstFinal() throws Exception {
        service.with("shop", "3000").with("api", "8080");
        open();
        model.deletion().delete(item(SHOP));
        model.deletion().delete(item(API));
        thread.runUntil(() -> service.configured().equals(List.of(API)));
        assertEquals("api", model.deletion().pending().orElseThrow().id().name());
    }

    @Test
    void aTunnelOfASessionRunsUntilItsDeletionIsFinal() throws Exception {
        TunnelId vite = new TunnelId(TunnelId.SESSION, "vite");
        service.with(vite, "vite", "5173");
        service.change(vite, TunnelState.RUNNING);
        open();
        model.deletion().delete(item(vite));
        model.deletion().undo();
        assertEquals(List.of(), service.calls());
        assertEquals(TunnelState.RUNNING, item(vite).tunnel().state());
    }

    @Test
    void whatCannotBeRemovedComesBackWithTheReason() throws Exception {
        service.with("shop", "3000");
        open();
        service.failRemove(new GotunnelException(ErrorCode.IO, "The file cannot be written.", null));
        model.deletion().delete(item(SHOP));
        CompletableFuture<?> committed = model.deletion().commit();
        thread.runUntil(committed::isDone);
        assertEquals(
                "The file cannot be written.",
                Objects.requireNonNull(item(SHOP).problem()).message());
    }

    @Test
    void anUnreadableListIsAProblemUntilItIsRead() throws Exception {
        service.with("shop", "3000");
        service.failList(new GotunnelException(ErrorCode.OWNER_UNREACHABLE, "The owner does not answer.", null));
        model.open();
        thread.runUntil(() -> model.problemProperty().get() != null);
        assertFalse(model.loadedProperty().get());
        service.failList(null);
        open();
        assertNull(model.problemProperty().get());
        assertEquals(1, service.listeners());
        assertEquals(List.of("shop"), names());
    }

    @Test
    void tunnelsEndWithTheirOwner() throws Exception {
        service.running("shop", "3000");
        open();
        service.tell(new TunnelEvent.OwnerLeaving());
        thread.runUntil(() -> model.ownerLeftProperty().get());
        assertEquals(TunnelState.STOPPED, item(SHOP).shownState());
        assertTrue(item(SHOP).url().isEmpty());
    }

    @Test
    void aDeletionThatIsNotFinalEndsWithTheOwner() throws Exception {
        service.with("shop", "3000");
        open();
        model.deletion().delete(item(SHOP));
        service.tell(new TunnelEvent.OwnerLeaving());
        thread.runUntil(() -> model.ownerLeftProperty().get());
        assertEquals(List.of("shop"), names());
        assertTrue(model.deletion().pending().isEmpty());
    }

    @Test
    void learnsThePortsWhenTheFirstTunnelStarts() throws Exception {
        service.with("shop", "3000");
        open();
        thread.runUntil(() -> model.infoProperty().get() != null);
        assertNull(Objects.requireNonNull(model.infoProperty().get()).httpsPort());
        model.toggle(item(SHOP));
        thread.runUntil(() -> Objects.requireNonNull(model.infoProperty().get()).httpsPort() != null);
        assertEquals(8443, Objects.requireNonNull(model.infoProperty().get()).httpsPort());
    }

    @Test
    void nothingIsHeardAfterClose() throws Exception {
        service.with("shop", "3000");
        open();
        model.close();
        assertEquals(0, service.listeners());
    }

    private void open() throws Exception {
        model.open();
        thread.runUntil(() -> model.loadedProperty().get());
    }

    private List<String> names() {
        return model.items().stream().map(item -> item.id().name()).toList();
    }

    private TunnelItem item(TunnelId id) {
        return model.find(id).orElseThrow();
    }

    private static TunnelSpec spec(String name) {
        return new TunnelSpec(
                new TunnelId(TunnelId.DEFAULT, name),
                DomainName.parse(name),
                List.of(BackendAddress.parse("3000")),
                true,
                null);
    }
}
