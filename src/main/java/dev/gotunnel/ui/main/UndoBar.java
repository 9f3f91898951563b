package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.Deletion;
import dev.gotunnel.ui.model.TunnelItem;
import javafx.animation.PauseTransition;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.util.Duration;
import org.jspecify.annotations.Nullable;

/** {@code Deleted shop. Undo}: stays for a while, longer under the pointer or focus; when it goes the deletion is final. */
final class UndoBar extends HBox {
    private static final Duration TIME_TO_REGRET = Duration.seconds(10);

    private final Deletion deletion;
    private final Label text = Controls.label("");
    private final Button undo;
    private final PauseTransition time = new PauseTransition(TIME_TO_REGRET);

    UndoBar(Deletion deletion) {
        this.deletion = deletion;
        getStyleClass().add("undo-bar");
        setId("undo-bar");
        undo = Controls.link(Messages.text("action.undo"), deletion::undo);
        undo.setId("undo");
        getChildren().addAll(text, undo);
        setMaxSize(USE_PREF_SIZE, USE_PREF_SIZE);
        time.setOnFinished(event -> {
            var _ = deletion.commit();
        });
        hoverProperty().subscribe(this::run);
        undo.focusedProperty().subscribe(this::run);
        deletion.pendingProperty().subscribe(this::show);
    }

    private void show(@Nullable TunnelItem item) {
        setVisible(item != null);
        setManaged(item != null);
        if (item != null) {
            text.setText(Messages.format("deleted", item.tunnel().name()));
            undo.setAccessibleText(
                    Messages.format("action.undo.named", item.tunnel().name()));
            Appearance.of(this);
        }
        time.stop();
        run();
    }

    private void run() {
        if (deletion.pending().isEmpty()) {
            time.stop();
        } else if (isHover() || undo.isFocused()) {
            time.pause();
        } else {
            time.play();
        }
    }
}
