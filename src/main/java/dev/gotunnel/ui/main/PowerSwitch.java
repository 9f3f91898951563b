package dev.gotunnel.ui.main;

import javafx.scene.control.ContentDisplay;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;

/**
 * A switch that shows what is, and asks when pressed: its position follows the tunnel alone, so that a start which fails
 * moves it back by itself.
 */
final class PowerSwitch extends ToggleButton {
    private final Runnable pressed;

    /** @param pressed what to do when it is pressed by mouse, key or assistive technology */
    PowerSwitch(Runnable pressed) {
        this.pressed = pressed;
        Region thumb = new Region();
        thumb.getStyleClass().add("thumb");
        StackPane track = new StackPane(thumb);
        track.getStyleClass().add("track");
        setGraphic(track);
        setContentDisplay(ContentDisplay.GRAPHIC_ONLY);
        getStyleClass().setAll("power-switch");
    }

    @Override
    public void fire() {
        if (!isDisabled()) {
            pressed.run();
        }
    }
}
