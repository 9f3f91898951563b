package dev.gotunnel.ui.main;

import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.model.Remedy;
import dev.gotunnel.ui.theme.Icons;
import javafx.scene.Node;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** What went wrong with a tunnel and what to do about it, in a box with a red edge. */
final class ProblemBox {
    private ProblemBox() {}

    static Node of(Problem problem, WindowActions actions) {
        VBox words = new VBox(Controls.paragraph(problem.message()));
        words.getStyleClass().add("limitation");
        HBox.setHgrow(words, Priority.ALWAYS);
        String hint = problem.hint();
        if (hint != null) {
            words.getChildren().add(RemedyLine.of(Remedy.of(hint), actions));
        }
        HBox box = new HBox(Icons.of(Feather.ALERT_CIRCLE), words);
        box.getStyleClass().add("problem");
        return box;
    }
}
