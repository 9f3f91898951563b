package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.TunnelListModel;
import dev.gotunnel.ui.theme.Icons;
import dev.gotunnel.ui.theme.Theme;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javafx.scene.Scene;
import javafx.stage.Stage;

/** The main window of the application. FX thread only. */
public final class MainWindow {
    private static final double WIDTH = 960;
    private static final double HEIGHT = 640;
    private static final double MIN_WIDTH = 900;
    private static final double MIN_HEIGHT = 600;

    private final Stage stage;
    private final Surroundings surroundings;

    /**
     * What the window asks of the application around it. On the FX thread unless it says otherwise.
     *
     * @param background where calls that block are made
     * @param browser opens a page, on the background executor; throws a {@code GotunnelException} when it cannot
     * @param takeOver asks to own the engine after its owner left, on the background executor; throws a
     *     {@code GotunnelException} when it cannot
     * @param closing the user has asked to close the window; whoever is asked hides it, or not
     * @param quit ends the application
     */
    public record Surroundings(
            Executor background, Consumer<String> browser, Runnable takeOver, Runnable closing, Runnable quit) {}

    /** Fills a stage, which is not shown yet. */
    public MainWindow(Stage stage, Surroundings surroundings) {
        this.stage = stage;
        this.surroundings = surroundings;
        stage.setTitle(Messages.text("title"));
        stage.getIcons().setAll(Icons.ofApplication());
        stage.setMinWidth(MIN_WIDTH);
        stage.setMinHeight(MIN_HEIGHT);
        stage.setOnCloseRequest(request -> {
            request.consume();
            surroundings.closing().run();
        });
    }

    /** Shows the tunnels of a model, in place of those shown before. */
    public void show(TunnelListModel model) {
        MainView view = new MainView(model, new WindowActions(model, surroundings));
        Scene scene = stage.getScene();
        if (scene == null) {
            scene = new Scene(view, WIDTH, HEIGHT);
            Theme.dress(scene);
            stage.setScene(scene);
        } else {
            scene.setRoot(view);
        }
        view.focusList();
    }

    /** Brings the window to the front, from wherever it is. */
    public void toFront() {
        stage.show();
        stage.setIconified(false);
        stage.toFront();
        stage.requestFocus();
    }

    /** Takes the window off the screen; {@link #toFront()} brings it back. */
    public void hide() {
        stage.hide();
    }

    /** Puts the window into the task bar. */
    public void minimise() {
        stage.setIconified(true);
    }

    /** Whether the user can reach it by sight or task bar. */
    public boolean isShowing() {
        return stage.isShowing();
    }
}
