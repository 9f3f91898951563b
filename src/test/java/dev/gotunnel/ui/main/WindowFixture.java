package dev.gotunnel.ui.main;

import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.ui.model.TunnelListModel;
import dev.gotunnel.ui.theme.Theme;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javafx.application.ColorScheme;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Labeled;
import javafx.stage.Stage;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

/** The main window over a service in memory, with a robot at its mouse and keys. Prepare the service, then open. */
final class WindowFixture implements AutoCloseable {
    final FakeTunnelService service = new FakeTunnelService();
    final FxRobot robot = new FxRobot();
    final List<String> opened = new CopyOnWriteArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    final TunnelListModel model = new TunnelListModel(service, background, Platform::runLater);
    volatile Consumer<String> browser = opened::add;
    Stage stage;

    WindowFixture() {
        try {
            FxToolkit.registerPrimaryStage();
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
        Platform.setImplicitExit(false);
    }

    /** Shows the window, with what the service holds now. */
    WindowFixture open() {
        run(() -> {
            Theme.use(ColorScheme.LIGHT);
            stage = new Stage();
            MainWindow window = new MainWindow(
                    stage,
                    new MainWindow.Surroundings(
                            background,
                            url -> browser.accept(url),
                            () -> asked.add("take over"),
                            () -> asked.add("close"),
                            () -> asked.add("quit")));
            window.show(model);
            model.open();
            window.toFront();
        });
        await(() -> model.loadedProperty().get() || model.problemProperty().get() != null);
        return this;
    }

    Scene scene() {
        return stage.getScene();
    }

    TunnelList list() {
        return find("#tunnels", TunnelList.class);
    }

    <T extends Node> T find(String query, Class<T> type) {
        return robot.lookup(query).queryAs(type);
    }

    /** Clicks on something as soon as it stands where it can be clicked. */
    void click(String query) {
        await(() -> robot.lookup(query).queryAll().stream().anyMatch(node -> isSeen(node) && !node.isDisabled()));
        WaitForAsyncUtils.waitForFxEvents();
        Node node = robot.lookup(query).match(WindowFixture::isSeen).query();
        robot.clickOn(node);
    }

    /** The control that a screen reader calls so. */
    Node named(String accessibleText) {
        return robot.lookup((Node node) -> accessibleText.equals(node.getAccessibleText()) && isSeen(node))
                .query();
    }

    boolean isFocused(String id) {
        Node owner = scene().getFocusOwner();
        return owner != null && id.equals(owner.getId());
    }

    boolean shows(String text) {
        return call(() -> robot.lookup((Node node) -> node instanceof Labeled labelled
                        && labelled.getText() != null
                        && labelled.getText().contains(text)
                        && isSeen(node))
                .tryQuery()
                .isPresent());
    }

    void awaitShown(String text) {
        try {
            await(() -> shows(text));
        } catch (AssertionError e) {
            throw new AssertionError("never showed: " + text, e);
        }
    }

    private static boolean isSeen(Node node) {
        for (Node each = node; each != null; each = each.getParent()) {
            if (!each.isVisible()) {
                return false;
            }
        }
        return true;
    }

    static void await(Callable<Boolean> condition) {
        try {
            WaitForAsyncUtils.waitFor(10, TimeUnit.SECONDS, () -> call(condition));
        } catch (TimeoutException e) {
            throw new AssertionError("waited in vain", e);
        }
    }

    static void run(Runnable action) {
        call(() -> {
            action.run();
            return true;
        });
    }

    static <T> T call(Callable<T> action) {
        return WaitForAsyncUtils.waitForAsyncFx(10_000, action);
    }

    @Override
    public void close() {
        service.release();
        run(() -> {
            model.close();
            if (stage != null) {
                stage.close();
            }
        });
        background.shutdownNow();
        service.close();
    }
}
