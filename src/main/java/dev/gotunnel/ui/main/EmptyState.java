package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.Remedy;
import dev.gotunnel.ui.theme.Icons;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import org.kordamp.ikonli.feather.Feather;

/** What stands in the window while there is no tunnel: what one is, and how to get the first. */
final class EmptyState extends VBox {
    private static final double MARK = 64;

    private final Button first;

    EmptyState(Runnable add, WindowActions actions) {
        getStyleClass().add("empty");
        Label what = Controls.paragraph(Messages.text("empty.text"), "empty-text");
        what.setTextAlignment(TextAlignment.CENTER);
        first = Controls.primary(Feather.PLUS, Messages.text("action.add"), add);
        first.setId("empty-add");
        HBox shell = new HBox(
                Controls.label(Messages.text("empty.shell"), "secondary"),
                RemedyLine.of(Remedy.of(Messages.text("empty.command")), actions));
        shell.getStyleClass().add("empty-shell");
        getChildren()
                .addAll(Icons.brand(MARK), Controls.label(Messages.text("empty.title"), "title"), what, first, shell);
    }

    /** Puts the keyboard on the button that adds the first tunnel. */
    void requestFirst() {
        first.requestFocus();
    }
}
