package dev.gotunnel.ui.main;

import javafx.animation.FadeTransition;
import javafx.animation.Interpolator;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.util.Duration;

/** How something new comes into view: it fades in, or is simply there where the system asks for less motion. */
final class Appearance {
    private static final Duration TIME = Duration.millis(140);

    private Appearance() {}

    static void of(Node node) {
        Scene scene = node.getScene();
        if (scene == null || scene.getPreferences().isReducedMotion()) {
            node.setOpacity(1);
            return;
        }
        FadeTransition fade = new FadeTransition(TIME, node);
        fade.setFromValue(0);
        fade.setToValue(1);
        fade.setInterpolator(Interpolator.EASE_OUT);
        fade.play();
    }
}
