package dev.gotunnel.ui.main;

import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.NewTunnelModel;
import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.model.TunnelItem;
import dev.gotunnel.ui.model.TunnelListModel;
import dev.gotunnel.ui.theme.Icons;
import javafx.beans.InvalidationListener;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;

/** Everything in the main window: head, banners, form, list, details, foot, and the way back after a deletion. */
final class MainView extends StackPane {
    private static final KeyCombination ADD = new KeyCodeCombination(KeyCode.N, KeyCombination.SHORTCUT_DOWN);
    private static final KeyCombination UNDO = new KeyCodeCombination(KeyCode.Z, KeyCombination.SHORTCUT_DOWN);
    private static final KeyCombination QUIT = new KeyCodeCombination(KeyCode.Q, KeyCombination.SHORTCUT_DOWN);

    private final TunnelListModel model;
    private final WindowActions actions;
    private final Label count = Controls.label("", "secondary");
    private final Button add;
    private final Banner ownerLeft = new Banner(false);
    private final Banner unreadable = new Banner(true);
    private final Banner failed = new Banner(true);
    private final NewTunnelForm form;
    private final TunnelList list;
    private final TunnelDetail detail;
    private final EmptyState empty;
    private final VBox content;
    private final StatusBar status;

    MainView(TunnelListModel model, WindowActions actions) {
        this.model = model;
        this.actions = actions;
        add = Controls.primary(Feather.PLUS, Messages.text("action.add"), this::openForm);
        add.setId("add");
        form = new NewTunnelForm(new NewTunnelModel(model), this::added, this::closeForm);
        list = new TunnelList(model, actions);
        detail = new TunnelDetail(actions);
        empty = new EmptyState(this::openForm, actions);
        status = new StatusBar(actions);
        ownerLeft.with(Messages.text("action.takeover"), actions::takeOver);
        unreadable.with(Messages.text("action.retry"), model::open);
        failed.dismissedBy(actions::forgetProblem);

        content = new VBox(list, detail);
        content.getStyleClass().add("content");
        VBox.setVgrow(detail, Priority.ALWAYS);
        StackPane middle = new StackPane(content, empty);
        VBox.setVgrow(middle, Priority.ALWAYS);
        list.shareHeight(middle.heightProperty());
        VBox window = new VBox(head(), ownerLeft, unreadable, failed, form, middle, status);
        UndoBar undo = new UndoBar(model.deletion());
        StackPane.setAlignment(undo, Pos.BOTTOM_CENTER);
        getChildren().addAll(window, undo);
        getStyleClass().add("main");

        showForm(false);
        list.getSelectionModel().selectedItemProperty().subscribe(item -> detail.show(item));
        model.items().addListener((InvalidationListener) change -> refresh());
        model.runningProperty().subscribe(this::refresh);
        model.loadedProperty().subscribe(() -> {
            refresh();
            focusList();
        });
        model.ownerLeftProperty().subscribe(this::refresh);
        model.problemProperty().subscribe(this::refresh);
        actions.takingOverProperty().subscribe(busy -> ownerLeft.setDisable(busy));
        model.infoProperty().subscribe(status::show);
        actions.problemProperty().subscribe(problem -> failed.show(sentence(problem)));
        addEventHandler(KeyEvent.KEY_PRESSED, this::pressed);
    }

    private HBox head() {
        MenuItem quit = new MenuItem(Messages.text("action.quit"));
        quit.setAccelerator(QUIT);
        quit.setOnAction(event -> actions.quit());
        MenuButton more = new MenuButton(null, Icons.of(Feather.MORE_HORIZONTAL), quit);
        more.getStyleClass().addAll("quiet", "no-arrow");
        more.setAccessibleText(Messages.text("action.more"));
        more.setId("more");
        Label title = Controls.label(Messages.text("list.name"), "title");
        HBox head = new HBox(title, count, Controls.spacer(), add, more);
        head.getStyleClass().add("head");
        return head;
    }

    private void refresh() {
        int tunnels = model.items().size();
        boolean gone = model.ownerLeftProperty().get();
        Problem problem = model.problemProperty().get();
        boolean formOpen = form.isVisible();
        boolean nothing = tunnels == 0 && model.loadedProperty().get() && !formOpen && problem == null;
        count.setText(
                tunnels == 0
                        ? ""
                        : Messages.format("count", model.runningProperty().get()));
        ownerLeft.show(gone ? Messages.text("owner.left") : null);
        unreadable.show(sentence(problem));
        // One coloured button at a time: the head's gives way to that of the form or of the empty list.
        add.setVisible(!formOpen && !nothing);
        add.setDisable(gone);
        empty.setVisible(nothing);
        empty.setDisable(gone);
        content.setDisable(gone);
        list.setVisible(tunnels > 0);
        form.setDisable(gone);
    }

    private static @Nullable String sentence(@Nullable Problem problem) {
        return problem == null ? null : problem.sentence();
    }

    private void openForm() {
        if (!model.ownerLeftProperty().get()) {
            showForm(true);
            Appearance.of(form);
            form.begin();
        }
    }

    private void closeForm() {
        showForm(false);
        focusList();
    }

    private void added(TunnelItem item) {
        showForm(false);
        list.select(item);
        focusList();
    }

    private void showForm(boolean open) {
        form.setVisible(open);
        form.setManaged(open);
        refresh();
    }

    /** Puts the keyboard where it acts on tunnels, or on the way to the first one. */
    void focusList() {
        if (model.items().isEmpty()) {
            empty.requestFirst();
        } else {
            list.requestFocus();
        }
    }

    private void pressed(KeyEvent event) {
        if (ADD.match(event)) {
            openForm();
        } else if (UNDO.match(event)) {
            actions.undo();
        } else if (QUIT.match(event)) {
            actions.quit();
        } else {
            return;
        }
        event.consume();
    }
}
