package dev.gotunnel.ui.main;

import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelState;
import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.TunnelItem;
import dev.gotunnel.ui.theme.Icons;
import java.util.List;
import java.util.stream.Collectors;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/**
 * One tunnel in the list. Its controls are for the mouse; the keyboard acts on the selected row, and the same controls
 * stand in the details, so that the tab key does not have to pass four stops per row.
 */
final class TunnelCell extends ListCell<TunnelItem> {
    private final WindowActions actions;
    private final StateMark mark = new StateMark();
    private final Label name = Controls.label("", "name");
    private final Label profile = Controls.label("", "secondary");
    private final Label url = Controls.label("", "mono", "address");
    private final Label backend = Controls.label("", "mono", "secondary", "backend");
    private final Label state = Controls.label("", "secondary", "state-word");
    private final FontIcon limited = Icons.of(Feather.INFO);
    private final Button open = Controls.iconButton(Feather.EXTERNAL_LINK, Messages.text("action.open"), this::open);
    private final Button copy = Controls.iconButton(Feather.COPY, Messages.text("action.copy"), this::copy);
    private final PowerSwitch power = new PowerSwitch(this::toggle);
    private final HBox row;
    private Subscription watching = Subscription.EMPTY;

    TunnelCell(WindowActions actions) {
        this.actions = actions;
        HBox names = new HBox(name, profile);
        names.getStyleClass().add("names");
        HBox address = new HBox(url);
        address.getStyleClass().add("address-box");
        HBox.setHgrow(address, Priority.ALWAYS);
        row = new HBox(mark, names, address, backend, state, open, copy, power);
        row.getStyleClass().add("row");
        backend.setGraphic(Icons.of(Feather.ARROW_RIGHT));
        limited.getStyleClass().add("small");
        List.of(open, copy, power).forEach(control -> control.setFocusTraversable(false));
        url.setOnMouseClicked(event -> {
            if (event.getButton() == MouseButton.PRIMARY
                    && url.getPseudoClassStates().contains(Pseudo.LIVE)) {
                copy();
            }
        });
        name.textTruncatedProperty().subscribe(cut -> name.setTooltip(cut ? new Tooltip(name.getText()) : null));
        backend.textTruncatedProperty()
                .subscribe(cut -> backend.setTooltip(cut ? new Tooltip(backend.getText()) : null));
        setContentDisplay(ContentDisplay.GRAPHIC_ONLY);
        setPrefWidth(0);
    }

    @Override
    protected void updateItem(@Nullable TunnelItem item, boolean empty) {
        super.updateItem(item, empty);
        watching.unsubscribe();
        watching = Subscription.EMPTY;
        if (empty || item == null) {
            setGraphic(null);
            setAccessibleText(null);
        } else {
            watching = item.watch(() -> show(item));
            setGraphic(row);
        }
    }

    private void show(TunnelItem item) {
        Tunnel tunnel = item.tunnel();
        TunnelState now = item.shownState();
        boolean live = item.url().isPresent();
        mark.show(now);
        name.setText(tunnel.name());
        profile.setText(tunnel.profile());
        boolean elsewhere = !tunnel.profile().equals(TunnelId.DEFAULT);
        profile.setVisible(elsewhere);
        profile.setManaged(elsewhere);
        url.setText(item.url().orElse(tunnel.domain()));
        url.pseudoClassStateChanged(Pseudo.LIVE, live);
        url.setTooltip(live ? new Tooltip(Messages.format("action.copy.named", url.getText())) : null);
        backend.setText(leadsTo(tunnel));
        state.setText(summary(item));
        boolean limits = now == TunnelState.RUNNING && !tunnel.limitations().isEmpty();
        state.setGraphic(limits ? limited : null);
        state.setTooltip(limits ? new Tooltip(summary(item)) : null);
        state.pseudoClassStateChanged(Pseudo.TROUBLE, now == TunnelState.FAILED || now == TunnelState.DEGRADED);
        open.setVisible(live);
        copy.setVisible(live);
        power.setSelected(item.isOn());
        power.setDisable(item.isBusy());
        power.setAccessibleText(
                Messages.format(item.isOn() ? "action.stop.named" : "action.start.named", tunnel.name()));
        setAccessibleText(String.join(", ", tunnel.name(), summary(item), url.getText(), leadsTo(tunnel)));
    }

    /** The word for the state, or what is amiss while it runs. */
    static String summary(TunnelItem item) {
        Tunnel tunnel = item.tunnel();
        TunnelState state = item.shownState();
        if (state == TunnelState.DEGRADED) {
            return Messages.text("state.degraded");
        }
        if (state == TunnelState.RUNNING && !tunnel.limitations().isEmpty()) {
            return tunnel.limitations().getFirst().message();
        }
        return StateMark.word(state);
    }

    /** Where it leads, as short as it can be said: {@code :3000} for a port of this machine. */
    static String leadsTo(Tunnel tunnel) {
        return tunnel.backends().stream()
                .map(Backend::url)
                .map(address -> address.replaceFirst("^http://", "").replaceFirst("^localhost:", ":"))
                .collect(Collectors.joining(", "));
    }

    private void open() {
        TunnelItem item = getItem();
        if (item != null) {
            actions.open(item);
        }
    }

    private void copy() {
        TunnelItem item = getItem();
        if (item != null) {
            actions.copy(item);
        }
    }

    private void toggle() {
        TunnelItem item = getItem();
        if (item != null) {
            actions.toggle(item);
        }
    }
}
