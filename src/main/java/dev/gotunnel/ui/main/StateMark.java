package dev.gotunnel.ui.main;

import dev.gotunnel.tunnel.TunnelState;
import dev.gotunnel.ui.Messages;
import javafx.animation.Animation;
import javafx.animation.Interpolator;
import javafx.animation.RotateTransition;
import javafx.css.PseudoClass;
import javafx.scene.AccessibleRole;
import javafx.scene.Scene;
import javafx.scene.layout.StackPane;
import javafx.scene.shape.Arc;
import javafx.scene.shape.ArcType;
import javafx.scene.shape.Circle;
import javafx.scene.shape.SVGPath;
import javafx.scene.shape.Shape;
import javafx.util.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a tunnel or backend as a mark of 12 px: a shape for each state besides its colour. A ring that turns
 * stands for something under way; it stands still where the system asks for less motion.
 */
final class StateMark extends StackPane {
    private static final double RADIUS = 5;
    private static final double SIZE = 12;

    private final RotateTransition turning = new RotateTransition(Duration.millis(900), this);
    private @Nullable TunnelState state;

    StateMark() {
        getStyleClass().add("state-mark");
        setMinSize(SIZE, SIZE);
        setMaxSize(SIZE, SIZE);
        setMouseTransparent(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        turning.setByAngle(360);
        turning.setInterpolator(Interpolator.LINEAR);
        turning.setCycleCount(Animation.INDEFINITE);
        sceneProperty().subscribe(this::turn);
    }

    StateMark(TunnelState state) {
        this();
        show(state);
    }

    /** Takes the shape of a state. */
    void show(TunnelState now) {
        if (now == state) {
            return;
        }
        state = now;
        setAccessibleText(word(now));
        for (TunnelState each : TunnelState.values()) {
            pseudoClassStateChanged(PseudoClass.getPseudoClass(each.id()), each == now);
        }
        getChildren().setAll(shapes(now));
        turn();
    }

    /** The word for a state, as it stands beside the mark. */
    static String word(TunnelState state) {
        return Messages.text("state." + state.id());
    }

    private void turn() {
        Scene scene = getScene();
        boolean underWay = state == TunnelState.STARTING || state == TunnelState.STOPPING;
        if (underWay && scene != null && !scene.getPreferences().isReducedMotion()) {
            turning.play();
        } else {
            turning.stop();
            setRotate(0);
        }
    }

    private static Shape[] shapes(TunnelState state) {
        return switch (state) {
            case RUNNING -> new Shape[] {filled(new Circle(RADIUS))};
            case DEGRADED -> {
                Arc half = new Arc(0, 0, RADIUS, RADIUS, 90, 180);
                half.setType(ArcType.CHORD);
                half.setTranslateX(-RADIUS / 2);
                yield new Shape[] {line(new Circle(RADIUS - 0.75)), filled(half)};
            }
            case FAILED -> {
                SVGPath cross = new SVGPath();
                cross.setContent("M0 0 L8 8 M8 0 L0 8");
                yield new Shape[] {line(cross)};
            }
            case STOPPED -> new Shape[] {line(new Circle(RADIUS - 0.75))};
            case STARTING, STOPPING -> {
                Circle ring = new Circle(RADIUS - 0.75);
                ring.getStrokeDashArray().setAll(20.0, 100.0);
                yield new Shape[] {line(ring)};
            }
        };
    }

    private static Shape filled(Shape shape) {
        shape.getStyleClass().add("fill");
        return shape;
    }

    private static Shape line(Shape shape) {
        shape.getStyleClass().add("line");
        return shape;
    }
}
