package dev.gotunnel.ui.main;

import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.ui.Messages;
import dev.gotunnel.ui.theme.Icons;
import javafx.animation.PauseTransition;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.util.Duration;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;

/** The foot of the window: where the engine listens, and for a moment what was copied. */
final class StatusBar extends HBox {
    private final Label ports = Controls.label("", "secondary");
    private final Label copied = Controls.label("", "secondary", "copied");
    private final PauseTransition moment = new PauseTransition(Duration.seconds(3));

    StatusBar(WindowActions actions) {
        getStyleClass().add("status");
        ports.setId("ports");
        copied.setId("copied");
        copied.setGraphic(Icons.of(Feather.CHECK));
        getChildren().addAll(ports, Controls.spacer(), copied);
        moment.setOnFinished(event -> actions.forgetCopied());
        actions.copiedProperty().subscribe(this::showCopied);
    }

    /** Shows where the engine listens; null while that is not known. */
    void show(@Nullable EngineInfo info) {
        Integer https = info == null ? null : info.httpsPort();
        Integer http = info == null ? null : info.httpPort();
        if (https == null && http == null) {
            ports.setText(info == null ? "" : Messages.text("status.ports.none"));
        } else if (https == null || http == null) {
            ports.setText(Messages.format(
                    "status.port", https == null ? "HTTP" : "HTTPS", String.valueOf(https == null ? http : https)));
        } else {
            ports.setText(Messages.format("status.ports", https.toString(), http.toString()));
        }
    }

    private void showCopied(@Nullable String what) {
        copied.setVisible(what != null);
        copied.setText(what == null ? "" : Messages.format("status.copied", what));
        if (what != null) {
            moment.playFromStart();
        }
    }
}
