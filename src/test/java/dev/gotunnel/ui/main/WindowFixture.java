package dev.gotunnel.ui.main;

import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.ui.model.TunnelListModel;
import dev.gotunnel.ui.theme.Theme;
import java.util.List;
import java.util.Objects;
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

/** The main window over a service in memory, with a robot at its mouse and keys. */
final class WindowFixture implements AutoCloseable {
    final FakeTunnelService service;
    final FxRobot robot = new FxRobot();
    final List<String> opened = new CopyOnWriteArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final TunnelListModel model;
    final MainWindow window;
    final Stage stage;
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    volatile Consumer<String> browser = opened::add;

    private WindowFixture(FakeTunnelService service, Stage stage) {
        this.service = service;
        this.stage = stage;
        this.model = new TunnelListModel(service, background, Platform::runLater);
        this.window = new MainWindow(
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
    }

    static WindowFixture open(FakeTunnelService service) {
        try {
            FxToolkit.registerPrimaryStage();
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
        Platform.setImplicitExit(false);
        WindowFixture fixture = fx(() -> {
            Theme.use(ColorScheme.LIGHT);
            return new WindowFixture(service, new Stage());
        });
        await(() -> fixture.model.loadedProperty().get() || fixture.model.problemProperty().get() != null);
        return fixture;
    }

    Scene scene() {
        return stage.getScene();
    }

    <T extends Node> T find(String query, Class<T> type) {
        return robot.lookup(query).queryAs(type);
    }

    boolean shows(String text) {
        return fx(() -> robot.lookup((Node node) -> node instanceof Labeled labelled
                        && labelled.getText() != null
                        && labelled.getText().contains(text)
                        && isTreeVisible(node))
                .tryQuery()
                .isPresent());
    }

    static boolean isTreeVisible(Node node) {
        for (Node each = node; each != null; each = each.getParent()) {
            if (!each.isVisible()) {
                return false;
            }
        }
        return true;
    }

    void awaitShown(String text) {
        await(() -> shows(text));
    }

    TunnelList list() {
        return find("#tunnels", TunnelList.class);
    }

    static void await(Callable<Boolean> condition) {
        try {
            WaitForAsyncUtils.waitFor(10, TimeUnit.SECONDS, () -> fx(condition));
        } catch (TimeoutException e) {
            throw new AssertionError("waited in vain", e);
        }
    }

    static <T> T fx(Callable<T> action) {
        if (Platform.isFxApplicationThread()) {
            try {
                return action.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        return Objects.requireNonNull(WaitForAsyncUtils.waitForAsyncFx(10_000, action));
    }

    @Override
    public void close() {
        service.release();
        fx(() -> {
            model.close();
            stage.close();
            return true;
        });
        background.shutdownNow();
        service.close();
    }
}
