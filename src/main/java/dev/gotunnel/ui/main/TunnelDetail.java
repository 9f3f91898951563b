package dev.gotunnel.ui.main;

import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelState;
import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.model.Remedy;
import dev.gotunnel.ui.model.TunnelItem;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;

/** The selected tunnel in full: its addresses, its backends, what is to be mended, and why the last start failed. */
final class TunnelDetail extends VBox {
    private final WindowActions actions;
    private final StateMark mark = new StateMark();
    private final Label name = Controls.label("", "title");
    private final Label state = Controls.label("", "secondary");
    private final Button open;
    private final Button copy;
    private final Button power;
    private final Button delete;
    private final VBox body = new VBox();
    private @Nullable TunnelItem item;
    private @Nullable Tunnel shownTunnel;
    private @Nullable Problem shownProblem;
    private Subscription watching = Subscription.EMPTY;

    TunnelDetail(WindowActions actions) {
        this.actions = actions;
        getStyleClass().add("detail");
        open = Controls.button(Feather.EXTERNAL_LINK, Messages.text("action.open"), () -> with(actions::open));
        copy = Controls.button(Feather.COPY, Messages.text("action.copy"), () -> with(actions::copy));
        power = Controls.button(Feather.POWER, Messages.text("action.start"), () -> with(actions::toggle));
        delete = Controls.iconButton(Feather.TRASH_2, Messages.text("action.delete"), () -> with(actions::delete));
        open.setId("detail-open");
        copy.setId("detail-copy");
        power.setId("detail-power");
        delete.setId("detail-delete");
        HBox head = new HBox(mark, name, state, Controls.spacer(), open, copy, power, delete);
        head.getStyleClass().add("detail-head");
        body.getStyleClass().add("detail-body");
        ScrollPane scroll = new ScrollPane(body);
        scroll.setFitToWidth(true);
        scroll.setFocusTraversable(false);
        scroll.getStyleClass().add("detail-scroll");
        VBox.setVgrow(scroll, Priority.ALWAYS);
        getChildren().addAll(head, scroll);
    }

    /** Shows another tunnel, or none. */
    void show(@Nullable TunnelItem now) {
        watching.unsubscribe();
        item = now;
        shownTunnel = null;
        setVisible(now != null);
        watching = now == null ? Subscription.EMPTY : now.watch(() -> refresh(now));
    }

    private void with(Consumer<TunnelItem> action) {
        if (item != null) {
            action.accept(item);
        }
    }

    private void refresh(TunnelItem now) {
        TunnelState shown = now.shownState();
        boolean live = now.url().isPresent();
        mark.show(shown);
        name.setText(now.tunnel().name());
        state.setText(StateMark.word(shown));
        open.setDisable(!live);
        copy.setDisable(!live);
        power.setText(Messages.text(now.isOn() ? "action.stop" : "action.start"));
        power.setDisable(now.isBusy());
        // Rebuilding under an unchanged tunnel would take the focus out of the reader's hands.
        if (!now.tunnel().equals(shownTunnel) || !Objects.equals(now.problem(), shownProblem)) {
            shownTunnel = now.tunnel();
            shownProblem = now.problem();
            body.getChildren().setAll(sections(now));
        }
    }

    private List<Node> sections(TunnelItem now) {
        Tunnel tunnel = now.tunnel();
        VBox sections = new VBox();
        Problem problem = now.problem();
        if (problem != null) {
            sections.getChildren().add(ProblemBox.of(problem, actions));
        } else if (tunnel.state() == TunnelState.FAILED) {
            sections.getChildren().add(ProblemBox.of(new Problem(Messages.text("detail.failed"), null), actions));
        }
        sections.getChildren().add(section("detail.addresses", addresses(tunnel)));
        sections.getChildren()
                .add(section(
                        "detail.backends",
                        tunnel.backends().stream().map(b -> backend(b, tunnel)).toList()));
        if (!tunnel.limitations().isEmpty()) {
            List<Node> lines =
                    tunnel.limitations().stream().map(this::limitation).toList();
            sections.getChildren().add(section("detail.limitations", lines));
        }
        sections.getStyleClass().add("sections");
        return List.of(sections);
    }

    private static Node section(String key, List<? extends Node> lines) {
        Label caption = Controls.label(Messages.text(key), "secondary", "caption");
        VBox content = new VBox();
        content.getChildren().setAll(lines);
        content.getStyleClass().add("section-lines");
        HBox.setHgrow(content, Priority.ALWAYS);
        HBox section = new HBox(caption, content);
        section.getStyleClass().add("section");
        return section;
    }

    private List<Node> addresses(Tunnel tunnel) {
        if (tunnel.urls().isEmpty()) {
            return List.of(line(
                    Controls.label(tunnel.domain(), "mono"),
                    Controls.label(Messages.text("detail.addresses.none"), "secondary")));
        }
        // A grid, so that the buttons stand below each other however long the addresses are.
        GridPane grid = new GridPane();
        grid.getStyleClass().add("address-grid");
        tunnel.urls().forEach(url -> grid.addRow(grid.getRowCount(), address(url)));
        return List.of(grid);
    }

    private Node[] address(String url) {
        Button copyUrl =
                Controls.iconButton(Feather.COPY, Messages.format("action.copy.named", url), () -> actions.copy(url));
        Button openUrl = Controls.iconButton(
                Feather.EXTERNAL_LINK, Messages.format("action.open.named", url), () -> actions.open(url));
        openUrl.setDisable(!Tunnel.isOpenable(url));
        return new Node[] {Controls.label(url, "mono"), copyUrl, openUrl};
    }

    private static Node backend(Backend backend, Tunnel tunnel) {
        Label url = Controls.label(backend.url(), "mono");
        if (!tunnel.state().serves()) {
            return line(url);
        }
        StateMark health = new StateMark(backend.healthy() ? TunnelState.RUNNING : TunnelState.FAILED);
        String word = Messages.text(backend.healthy() ? "backend.up" : "backend.down");
        health.setAccessibleText(word);
        Label said = Controls.label(word, "secondary");
        said.pseudoClassStateChanged(Pseudo.TROUBLE, !backend.healthy());
        return line(health, url, said);
    }

    private Node limitation(Limitation limitation) {
        VBox lines = new VBox(Controls.paragraph(limitation.message()));
        lines.getStyleClass().add("limitation");
        if (!limitation.fix().isBlank()) {
            lines.getChildren().add(RemedyLine.of(Remedy.of(limitation.fix()), actions));
        }
        return lines;
    }

    private static HBox line(Node... parts) {
        HBox line = new HBox(parts);
        line.getStyleClass().add("line-of-parts");
        return line;
    }
}
