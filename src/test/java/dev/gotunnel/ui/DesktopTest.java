package dev.gotunnel.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.ui.tray.TrayMenu;
import dev.gotunnel.ui.tray.TrayState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.control.Labeled;
import javafx.scene.input.Clipboard;
import javafx.stage.Stage;
import javafx.stage.Window;
import javafx.stage.WindowEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

/** When the window is there and when the tray, and how the program ends. */
class DesktopTest {
    private static final TunnelId SHOP = new TunnelId(TunnelId.DEFAULT, "shop");

    private final FakeTunnelService service = new FakeTunnelService();
    private final FakeTunnelService successor = new FakeTunnelService().with("successor", "3000");
    private final List<String> opened = new CopyOnWriteArrayList<>();
    private Optional<Desktop> desktop = Optional.empty();
    private Optional<Thread> running = Optional.empty();

    @BeforeEach
    void startToolkit() throws TimeoutException {
        // Owned by the tests: the desktop must not end it for those that follow.
        FxToolkit.registerPrimaryStage();
    }

    @AfterEach
    void close() throws InterruptedException {
        desktop.ifPresent(Desktop::close);
        for (Thread thread : running.stream().toList()) {
            thread.join(10_000);
            assertFalse(thread.isAlive(), "run() returns after close()");
        }
        service.close();
        successor.close();
    }

    @Test
    void opensTheWindowAtOnceWhereThereIsNoTray() {
        runWithoutTray();
        await(() -> window().isPresent());
    }

    @Test
    void opensTheWindowAtOnceWhereNoPanelShowsTheIcon() {
        run(new FakeTray(false));
        await(() -> window().isPresent());
    }

    @Test
    void staysInTheTrayUntilTheWindowIsAskedFor() {
        FakeTray tray = new FakeTray(true);
        run(tray);
        await(() -> !tray.menu.items().isEmpty());
        assertTrue(fx(() -> window().isEmpty()));
        tray.click();
        await(() -> window().isPresent());
    }

    @Test
    void closingTheWindowHidesItWhileTheTrayIsAlive() {
        service.running("shop", "3000");
        run(new FakeTray(true));
        desktop.orElseThrow().showWindow();
        await(() -> window().isPresent());
        requestClose();
        await(() -> window().isEmpty());
        assertTrue(running.orElseThrow().isAlive());
        desktop.orElseThrow().showWindow();
        await(() -> window().isPresent());
    }

    @Test
    void closingTheOnlyWindowKeepsItInTheTaskBarWhileTunnelsRun() {
        service.running("shop", "3000");
        runWithoutTray();
        await(() -> shows("shop"));
        requestClose();
        await(() -> window().map(Stage::isIconified).orElse(false));
        assertTrue(running.orElseThrow().isAlive());
    }

    @Test
    void closingTheOnlyWindowQuitsWhenNothingRuns() throws InterruptedException {
        service.with("shop", "3000");
        runWithoutTray();
        await(() -> shows("shop"));
        requestClose();
        running.orElseThrow().join(10_000);
        assertFalse(running.orElseThrow().isAlive());
        await(() -> window().isEmpty());
    }

    @Test
    void theTrayShowsAndSwitchesTunnelsWithoutAWindow() {
        service.with("shop", "3000");
        FakeTray tray = new FakeTray(true);
        run(tray);
        await(() -> has(tray, "shop"));
        tray.choose("shop");
        await(() -> tray.state == TrayState.RUNNING);
        assertEquals("gotunnel — 1 tunnel running", tray.tooltip);
        tray.choose("https://shop.localhost:8443");
        await(() -> opened.equals(List.of("https://shop.localhost:8443")));
        tray.choose("Stop all");
        await(() -> tray.state == TrayState.IDLE);
        assertTrue(fx(() -> window().isEmpty()));
    }

    @Test
    void aFailureInTheTrayIsANotification() {
        service.with("shop", "3000");
        service.failStart(SHOP, new GotunnelException(ErrorCode.PORT_TAKEN, "Port 8443 is taken.", "Stop nginx."));
        FakeTray tray = new FakeTray(true);
        run(tray);
        await(() -> has(tray, "shop"));
        tray.choose("shop");
        await(() -> tray.notifications.equals(List.of("Port 8443 is taken. Stop nginx.")));
        await(() -> tray.state == TrayState.ATTENTION);
    }

    @Test
    void copiesFromTheTray() {
        service.running("shop", "3000");
        FakeTray tray = new FakeTray(true);
        run(tray);
        await(() -> has(tray, "Copy URL"));
        fx(() -> Clipboard.getSystemClipboard().setContent(Map.of()));
        FakeTray.all(tray.menu.items())
                .filter(item -> FakeTray.label(item).equals("Copy URL"))
                .forEach(item -> {
                    FakeTray only = new FakeTray(true);
                    only.menu = new TrayMenu(List.of(item));
                    only.choose("https://");
                });
        await(() -> "https://shop.localhost:8443"
                .equals(Clipboard.getSystemClipboard().getString()));
    }

    @Test
    void quitFromTheTrayEndsIt() throws InterruptedException {
        FakeTray tray = new FakeTray(true);
        run(tray);
        await(() -> has(tray, "Quit"));
        tray.choose("Quit");
        running.orElseThrow().join(10_000);
        assertFalse(running.orElseThrow().isAlive());
        assertTrue(tray.closed);
        assertEquals(0, service.listeners());
    }

    @Test
    void takingOverLeadsTrayAndWindowToTheNewService() {
        service.running("shop", "3000");
        FakeTray tray = new FakeTray(true);
        run(tray);
        desktop.orElseThrow().showWindow();
        await(() -> shows("shop"));
        service.tell(new TunnelEvent.OwnerLeaving());
        await(() -> has(tray, "Take over") && shows("has quit"));
        tray.choose("Take over");
        await(() -> has(tray, "successor") && shows("successor") && !shows("has quit"));
    }

    @Test
    void aPendingDeletionIsFinalWhenTheProgramEnds() {
        service.with("shop", "3000");
        run(new FakeTray(true));
        desktop.orElseThrow().showWindow();
        await(() -> shows("shop"));
        new FxRobot().clickOn("#detail-delete");
        await(() -> shows("Deleted shop."));
        assertEquals(List.of(SHOP), service.configured());
        desktop.orElseThrow().close();
        assertEquals(List.of(), service.configured());
    }

    private void run(FakeTray tray) {
        run(new Desktop(service, () -> successor, tray::open, opened::add));
    }

    private void runWithoutTray() {
        run(new Desktop(service, () -> successor, callbacks -> Optional.empty(), opened::add));
    }

    private void run(Desktop started) {
        desktop = Optional.of(started);
        running = Optional.of(Thread.ofPlatform().name("desktop-test").start(started::run));
    }

    private static boolean has(FakeTray tray, String label) {
        return FakeTray.all(tray.menu.items())
                .anyMatch(item -> FakeTray.label(item).startsWith(label));
    }

    private static Optional<Stage> window() {
        return Window.getWindows().stream()
                .filter(Stage.class::isInstance)
                .map(Stage.class::cast)
                .filter(stage -> "gotunnel".equals(stage.getTitle()) && stage.isShowing())
                .findFirst();
    }

    private static boolean shows(String text) {
        return window().map(stage -> stage.getScene().getRoot()).stream()
                .flatMap(root -> root.lookupAll(".label").stream())
                .anyMatch(node -> node instanceof Labeled label
                        && label.getText() != null
                        && label.getText().contains(text)
                        && label.isVisible()
                        && label.getParent().isVisible());
    }

    private static void requestClose() {
        fx(() -> {
            Stage stage = window().orElseThrow();
            stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST));
            return true;
        });
    }

    private static <T> T fx(Callable<T> action) {
        return WaitForAsyncUtils.waitForAsyncFx(10_000, action);
    }

    private static void await(Callable<Boolean> condition) {
        try {
            WaitForAsyncUtils.waitFor(10, TimeUnit.SECONDS, () -> fx(condition));
        } catch (TimeoutException e) {
            throw new AssertionError("waited in vain", e);
        }
    }
}
