package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.TunnelItem;
import dev.gotunnel.ui.model.TunnelListModel;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.beans.binding.Bindings;
import javafx.collections.ListChangeListener;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/** The list of tunnels, with its keys: Enter opens, Space switches, Delete deletes, the copy key copies the address. */
final class TunnelList extends ListView<TunnelItem> {
    private static final double ROW = 40;
    private static final int SHORTEST = 3;

    private final WindowActions actions;

    TunnelList(TunnelListModel model, WindowActions actions) {
        super(model.items());
        this.actions = actions;
        getStyleClass().add("tunnels");
        setId("tunnels");
        setFixedCellSize(ROW);
        setAccessibleText(Messages.text("list.name"));
        setCellFactory(list -> new TunnelCell(actions));
        addEventFilter(KeyEvent.KEY_PRESSED, this::pressed);
        // As high as its rows, within what the window leaves it.
        prefHeightProperty()
                .bind(Bindings.size(model.items())
                        .map(rows -> Math.max(SHORTEST, rows.intValue()) * ROW + 2));
        setMinHeight(SHORTEST * ROW + 2);
        model.items().addListener((ListChangeListener<TunnelItem>) change -> keepSelection());
        keepSelection();
    }

    /** The selected tunnel. */
    Optional<TunnelItem> selected() {
        return Optional.ofNullable(getSelectionModel().getSelectedItem());
    }

    /** Selects a tunnel and brings it into view. */
    void select(TunnelItem item) {
        getSelectionModel().select(item);
        scrollTo(item);
    }

    /** While there are tunnels one is selected, so that the details are never empty. */
    private void keepSelection() {
        if (selected().isEmpty() && !getItems().isEmpty()) {
            getSelectionModel().selectFirst();
        }
    }

    private void pressed(KeyEvent event) {
        if (event.isShortcutDown() && event.getCode() == KeyCode.C) {
            act(event, actions::copy);
        } else if (event.isShortcutDown() || event.isAltDown() || event.isShiftDown()) {
            return;
        } else if (event.getCode() == KeyCode.ENTER) {
            act(event, actions::open);
        } else if (event.getCode() == KeyCode.SPACE) {
            act(event, actions::toggle);
        } else if (event.getCode() == KeyCode.DELETE || event.getCode() == KeyCode.BACK_SPACE) {
            act(event, actions::delete);
        }
    }

    private void act(KeyEvent event, Consumer<TunnelItem> action) {
        selected().ifPresent(action);
        event.consume();
    }
}
