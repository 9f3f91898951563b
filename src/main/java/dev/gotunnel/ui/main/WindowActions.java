package dev.gotunnel.ui.main;

import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.model.TunnelItem;
import dev.gotunnel.ui.model.TunnelListModel;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import org.jspecify.annotations.Nullable;

/** What the parts of the window do beyond the list itself: open pages, copy, and tell how that went. FX thread only. */
final class WindowActions {
    private final TunnelListModel model;
    private final Executor background;
    private final Consumer<String> browser;
    private final Runnable takeOver;
    private final Runnable quit;
    private final ReadOnlyObjectWrapper<@Nullable String> copied = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();

    private final ReadOnlyBooleanWrapper takingOver = new ReadOnlyBooleanWrapper();

    WindowActions(TunnelListModel model, MainWindow.Surroundings surroundings) {
        this.model = model;
        this.background = surroundings.background();
        this.browser = surroundings.browser();
        this.takeOver = surroundings.takeOver();
        this.quit = surroundings.quit();
    }

    /** Whether it is being tried to own the engine. */
    ReadOnlyBooleanProperty takingOverProperty() {
        return takingOver.getReadOnlyProperty();
    }

    /** What was copied last; null again when that is no news any more. */
    ReadOnlyObjectProperty<@Nullable String> copiedProperty() {
        return copied.getReadOnlyProperty();
    }

    /** Why the last of these actions failed; null when it did not. */
    ReadOnlyObjectProperty<@Nullable Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    void open(TunnelItem item) {
        item.url().ifPresent(this::open);
    }

    void open(String url) {
        attempt(() -> browser.accept(url), () -> {});
    }

    /** Asks to own the engine after its owner left. */
    void takeOver() {
        takingOver.set(true);
        attempt(takeOver, () -> takingOver.set(false));
    }

    private void attempt(Runnable action, Runnable ended) {
        problem.set(null);
        background.execute(() -> {
            Problem failure = null;
            try {
                action.run();
            } catch (RuntimeException e) {
                failure = Problem.of(e);
            }
            Problem outcome = failure;
            Platform.runLater(() -> {
                problem.set(outcome);
                ended.run();
            });
        });
    }

    /** Copies the address of a tunnel, or its name while it has none. */
    void copy(TunnelItem item) {
        copy(item.url().orElse(item.tunnel().domain()));
    }

    void copy(String text) {
        ClipboardContent content = new ClipboardContent();
        content.putString(text);
        Clipboard.getSystemClipboard().setContent(content);
        copied.set(null);
        copied.set(text);
    }

    void forgetCopied() {
        copied.set(null);
    }

    void forgetProblem() {
        problem.set(null);
    }

    void toggle(TunnelItem item) {
        model.toggle(item);
    }

    void delete(TunnelItem item) {
        model.deletion().delete(item);
    }

    void undo() {
        model.deletion().undo();
    }

    void quit() {
        quit.run();
    }
}
