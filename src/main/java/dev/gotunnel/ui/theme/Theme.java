package dev.gotunnel.ui.theme;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javafx.application.Application;
import javafx.application.ColorScheme;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.text.Font;
import javafx.util.Subscription;

/**
 * Light or dark, as the system is, and the stylesheet of the windows. The system property {@value #OVERRIDE} with
 * {@code light} or {@code dark} decides against the system, for screenshots. FX thread only.
 */
public final class Theme {
    /** The system property that decides against the system. */
    public static final String OVERRIDE = "gotunnel.theme";

    /** The first of these that is installed shows addresses and commands; the last is always there. */
    private static final List<String> MONOSPACE =
            List.of("JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "Consolas", "Monospaced");

    private Theme() {}

    /** Dresses all windows in a scheme from now on. */
    public static void use(ColorScheme scheme) {
        boolean dark = scheme == ColorScheme.DARK;
        Application.setUserAgentStylesheet((dark ? new PrimerDark() : new PrimerLight()).getUserAgentStylesheet());
    }

    /**
     * Dresses all windows as the system is dressed, now and whenever that changes.
     *
     * @return ends that when unsubscribed
     */
    public static Subscription followSystem() {
        Optional<ColorScheme> fixed = override();
        if (fixed.isPresent()) {
            use(fixed.get());
            return Subscription.EMPTY;
        }
        return Platform.getPreferences().colorSchemeProperty().subscribe(Theme::use);
    }

    /** Adds what all our windows share to a scene; its title bar follows where the system can do that. */
    public static void dress(Scene scene) {
        scene.getStylesheets().setAll(stylesheet(), monospace());
        override().ifPresent(scene.getPreferences()::setColorScheme);
    }

    private static Optional<ColorScheme> override() {
        return switch (System.getProperty(OVERRIDE, "")) {
            case "light" -> Optional.of(ColorScheme.LIGHT);
            case "dark" -> Optional.of(ColorScheme.DARK);
            default -> Optional.empty();
        };
    }

    private static String stylesheet() {
        return Objects.requireNonNull(Theme.class.getResource("gotunnel.css")).toExternalForm();
    }

    /** JavaFX takes the first family of a list in a stylesheet or none, so the choice is made here. */
    private static String monospace() {
        List<String> installed = Font.getFamilies();
        String family =
                MONOSPACE.stream().filter(installed::contains).findFirst().orElse(MONOSPACE.getLast());
        String css = ".mono { -fx-font-family: \"" + family + "\"; }";
        return "data:text/css;base64," + Base64.getEncoder().encodeToString(css.getBytes(StandardCharsets.UTF_8));
    }
}
