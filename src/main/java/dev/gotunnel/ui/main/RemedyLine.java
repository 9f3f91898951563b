package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.Remedy;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** What to do about something: the advice, and the command in it on a line of its own with a button that copies it. */
final class RemedyLine {
    private RemedyLine() {}

    static Node of(Remedy remedy, WindowActions actions) {
        if (remedy.command().isEmpty()) {
            return Controls.paragraph(remedy.text(), "secondary");
        }
        String command = remedy.command().get();
        Label text = Controls.label(command, "mono", "command");
        Button copy = Controls.iconButton(
                Feather.COPY, Messages.format("action.copy.command", command), () -> actions.copy(command));
        HBox line = new HBox(text, copy);
        line.getStyleClass().add("command-line");
        if (remedy.text().equals(command)) {
            return line;
        }
        VBox both = new VBox(Controls.paragraph(lead(remedy, command), "secondary"), line);
        both.getStyleClass().add("remedy");
        return both;
    }

    /** The words before the command: {@code Stop nginx, then:}. */
    private static String lead(Remedy remedy, String command) {
        return remedy.text().substring(0, remedy.text().lastIndexOf(command)).strip();
    }
}
