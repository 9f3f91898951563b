package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.theme.Icons;
import javafx.css.PseudoClass;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;

/** A line across the window about all of it: the owner left, nothing could be read, no browser. Absent when all is well. */
final class Banner extends HBox {
    private final Label text = Controls.paragraph("");

    Banner(boolean serious) {
        getStyleClass().add("banner");
        pseudoClassStateChanged(PseudoClass.getPseudoClass("serious"), serious);
        HBox.setHgrow(text, Priority.ALWAYS);
        text.setMaxWidth(Double.MAX_VALUE);
        getChildren().addAll(Icons.of(serious ? Feather.ALERT_CIRCLE : Feather.INFO), text);
        show(null);
    }

    /** Adds a way out. */
    Banner with(String action, Runnable run) {
        getChildren().add(Controls.link(action, run));
        return this;
    }

    /** Adds a cross that puts it away. */
    Banner dismissedBy(Runnable run) {
        Button close = Controls.iconButton(Feather.X, Messages.text("action.dismiss"), run);
        getChildren().add(close);
        return this;
    }

    /** Shows a sentence; nothing for null. */
    void show(@Nullable String sentence) {
        text.setText(sentence == null ? "" : sentence);
        setVisible(sentence != null);
        setManaged(sentence != null);
    }
}
