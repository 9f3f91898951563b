package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.NewTunnelModel;
import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.model.TunnelItem;
import java.util.function.Consumer;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.StringProperty;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;

/** The form for a new tunnel, above the list: two fields, the address they make, and one button. */
final class NewTunnelForm extends VBox {
    private final NewTunnelModel model;
    private final Consumer<TunnelItem> added;
    private final FormField name;
    private final FormField backends;
    private final Label preview = Controls.label("", "mono", "preview");
    private final Label previewNote = Controls.label("", "secondary");
    private final Label failure = Controls.paragraph("", "field-note");
    private final Button add;

    /**
     * @param added told of the tunnel when it is saved
     * @param cancelled called when the user wants no tunnel after all
     */
    NewTunnelForm(NewTunnelModel model, Consumer<TunnelItem> added, Runnable cancelled) {
        this.model = model;
        this.added = added;
        getStyleClass().add("new-tunnel");
        setId("new-tunnel");
        name = field("name", "new.name", model.nameProperty(), model.nameProblemProperty());
        backends = field("backends", "new.backend", model.backendsProperty(), model.backendProblemProperty());
        add = Controls.primary(Feather.PLUS, Messages.text("action.add.confirm"), this::send);
        add.setId("new-add");
        Button cancel = new Button(Messages.text("action.cancel"));
        cancel.setId("new-cancel");
        cancel.setMinWidth(USE_PREF_SIZE);
        cancel.setOnAction(event -> cancelled.run());

        // A grid knows the width of its columns before it asks how high their wrapped notes are; a box does not.
        GridPane fields = new GridPane();
        fields.getStyleClass().add("form-row");
        fields.getColumnConstraints().setAll(half(), half());
        fields.addRow(0, name, backends);
        HBox address = new HBox(preview, previewNote);
        address.getStyleClass().add("preview-row");
        HBox foot = new HBox(address, Controls.spacer(), cancel, add);
        foot.getStyleClass().add("form-foot");
        failure.pseudoClassStateChanged(Pseudo.INVALID, true);
        getChildren().addAll(fields, failure, foot);

        model.previewProperty().subscribe(this::show);
        model.saveProblemProperty().subscribe(this::show);
        model.savingProperty().subscribe(saving -> {
            add.setDisable(saving);
            add.setText(Messages.text(saving ? "action.add.saving" : "action.add.confirm"));
        });
        addEventHandler(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.ESCAPE) {
                cancelled.run();
                event.consume();
            }
        });
        name.input().setOnAction(event -> send());
        backends.input().setOnAction(event -> send());
    }

    private static FormField field(
            String id, String key, StringProperty value, ReadOnlyObjectProperty<@Nullable Problem> problem) {
        return new FormField(
                "new-" + id,
                Messages.text(key),
                Messages.text(key + ".prompt"),
                Messages.text(key + ".help"),
                value,
                problem);
    }

    private static ColumnConstraints half() {
        ColumnConstraints column = new ColumnConstraints();
        column.setPercentWidth(50);
        return column;
    }

    /** Empties the form and puts the cursor into its first field. */
    void begin() {
        model.reset();
        name.input().requestFocus();
    }

    private void send() {
        var _ = model.send().thenAccept(item -> {
            item.ifPresent(added);
            if (item.isEmpty()) {
                focusFirstWrong();
            }
        });
    }

    private void focusFirstWrong() {
        if (model.nameProblemProperty().get() != null) {
            name.input().requestFocus();
        } else if (model.backendProblemProperty().get() != null) {
            backends.input().requestFocus();
        }
    }

    private void show(NewTunnelModel.Preview now) {
        preview.setText(now.url());
        preview.pseudoClassStateChanged(Pseudo.LIVE, !now.example());
        previewNote.setText(
                now.example()
                        ? Messages.text("new.preview.example")
                        : now.portKnown() ? "" : Messages.text("new.preview.port"));
    }

    private void show(@Nullable Problem problem) {
        failure.setText(problem == null ? "" : problem.sentence());
        failure.setVisible(problem != null);
        failure.setManaged(problem != null);
    }
}
