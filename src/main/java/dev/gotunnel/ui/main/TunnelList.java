package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.TunnelItem;
import dev.gotunnel.ui.model.TunnelListModel;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.DoubleBinding;
import javafx.beans.property.ReadOnlyDoubleProperty;
import javafx.collections.ListChangeListener;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/** The list of tunnels, with its keys: Enter opens, Space switches, Delete deletes, the copy key copies the address. */
final class TunnelList extends ListView<TunnelItem> {
    private static final double ROW = 40;
    private static final int FEWEST = 3;
    private static final double SHARE = 0.5;

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
        model.items().addListener((ListChangeListener<TunnelItem>) change -> keepSelection());
        keepSelection();
    }

    /** Makes the list as high as its rows, but leaves the details their part of the height that both share. */
    void shareHeight(ReadOnlyDoubleProperty height) {
        DoubleBinding share = Bindings.createDoubleBinding(
                () -> Math.min(
                        heightOf(Math.max(1, getItems().size())), Math.max(heightOf(FEWEST), height.get() * SHARE)),
                getItems(),
                height);
        minHeightProperty().bind(share);
        prefHeightProperty().bind(share);
        maxHeightProperty().bind(share);
    }

    private static double heightOf(int rows) {
        return rows * ROW + 2;
    }

    /** The selected tunnel. */
    Optional<TunnelItem> selected() {
        return Optional.ofNullable(getSelectionModel().getSelectedItem());
    }

    /** Selects a tunnel and brings it into view. */
    void select(TunnelItem item) {
        getSelectionModel().select(item);
        if (heightOf(getItems().size()) > getHeight()) {
            // One row before it stays in view, so that it is seen to be part of a list.
            scrollTo(Math.max(0, getItems().indexOf(item) - 1));
        }
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
