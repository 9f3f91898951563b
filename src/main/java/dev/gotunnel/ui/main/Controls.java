package dev.gotunnel.ui.main;

import atlantafx.base.theme.Styles;
import dev.gotunnel.ui.theme.Icons;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.kordamp.ikonli.feather.Feather;

/** The few controls that every part of the window is made of, with their names for screen readers. */
final class Controls {
    private Controls() {}

    /** A quiet button of one icon. Its name is its tooltip and its accessible text. */
    static Button iconButton(Feather icon, String name, Runnable action) {
        Button button = new Button(null, Icons.of(icon));
        button.getStyleClass().addAll(Styles.BUTTON_ICON, Styles.FLAT, "quiet");
        button.setOnAction(event -> action.run());
        name(button, name);
        return button;
    }

    /** Names a button that shows an icon alone. */
    static void name(Button button, String name) {
        button.setAccessibleText(name);
        button.setTooltip(new Tooltip(name));
    }

    /** A button of icon and word. */
    static Button button(Feather icon, String text, Runnable action) {
        Button button = new Button(text, Icons.of(icon));
        button.setOnAction(event -> action.run());
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    /** The one button of a view that is coloured. */
    static Button primary(Feather icon, String text, Runnable action) {
        Button button = button(icon, text, action);
        button.getStyleClass().add(Styles.ACCENT);
        return button;
    }

    /** A button that looks like a link, for a way out beside a message. */
    static Button link(String text, Runnable action) {
        Button button = new Button(text);
        button.getStyleClass().setAll("button", "link");
        button.setOnAction(event -> action.run());
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    /** A label with style classes. */
    static Label label(String text, String... styles) {
        Label label = new Label(text);
        label.getStyleClass().addAll(styles);
        return label;
    }

    /** A label that breaks into lines instead of ending in dots. */
    static Label paragraph(String text, String... styles) {
        Label label = label(text, styles);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }

    /** What takes the room that is left in a row. */
    static Region spacer() {
        Region spacer = new Region();
        HBox.setHgrow(spacer, Priority.ALWAYS);
        return spacer;
    }
}
