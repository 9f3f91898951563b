package dev.gotunnel.ui.main;

import dev.gotunnel.ui.model.Problem;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.StringProperty;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/** A labelled text field; below it stands what it is for, or what is wrong with what was typed. */
final class FormField extends VBox {
    private final TextField input = new TextField();
    private final Label note;
    private final String help;

    /** @param help what to type, shown as long as nothing is wrong */
    FormField(
            String id,
            String caption,
            String prompt,
            String help,
            StringProperty value,
            ReadOnlyObjectProperty<@Nullable Problem> problem) {
        this.help = help;
        this.note = Controls.paragraph(help, "secondary", "field-note");
        getStyleClass().add("form-field");
        Label label = Controls.label(caption, "field-label");
        label.setLabelFor(input);
        input.setId(id);
        input.setPromptText(prompt);
        input.getStyleClass().add("mono");
        input.textProperty().bindBidirectional(value);
        input.setAccessibleText(caption);
        getChildren().addAll(label, input, note);
        problem.subscribe(this::show);
    }

    /** The field itself, to focus. */
    TextField input() {
        return input;
    }

    private void show(@Nullable Problem problem) {
        boolean wrong = problem != null;
        note.setText(problem == null ? help : problem.sentence());
        note.pseudoClassStateChanged(Pseudo.INVALID, wrong);
        input.pseudoClassStateChanged(Pseudo.INVALID, wrong);
        input.setAccessibleHelp(note.getText());
    }
}
