package dev.gotunnel.ui.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Control;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListCell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a screen reader says: every control that can have the focus, and every row, has a name. */
class AccessibilityTest {
    private static final TunnelId MAIL = new TunnelId(TunnelId.DEFAULT, "mail");
    private static final TunnelId SHOP = new TunnelId(TunnelId.DEFAULT, "shop");

    private final WindowFixture fixture = new WindowFixture();
    private final FakeTunnelService service = fixture.service;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void everythingInTheEmptyStateHasAName() {
        fixture.open();
        fixture.awaitShown("No tunnels yet");
        assertNamed();
    }

    @Test
    void everythingInAFullWindowHasAName() {
        service.limit(SHOP, new Limitation("name-unresolved", "It does not resolve.", "gotunnel hosts enable"));
        service.with("mail", "8025").running("shop", "3000");
        service.failStart(MAIL, new GotunnelException(ErrorCode.PORT_TAKEN, "Taken.", "Then: gotunnel start mail"));
        fixture.open();
        fixture.click("#detail-power");
        fixture.awaitShown("Taken.");
        fixture.click("#add");
        assertNamed();
        WindowFixture.run(() -> {
            fixture.list().select(fixture.model.find(SHOP).orElseThrow());
        });
        fixture.awaitShown("It does not resolve.");
        fixture.click("#detail-delete");
        service.tell(new TunnelEvent.OwnerLeaving());
        fixture.awaitShown("has quit");
        assertNamed();
    }

    @Test
    void aRowSaysEverythingThatItShows() {
        service.running("shop", "3000");
        fixture.open();
        fixture.awaitShown("https://shop.localhost:8443");
        WindowFixture.await(() -> rows().equals(List.of("shop, Running, https://shop.localhost:8443, :3000")));
    }

    private List<String> rows() {
        return all(fixture.scene().getRoot()).stream()
                .filter(node -> node instanceof ListCell<?> cell && !cell.isEmpty())
                .map(Node::getAccessibleText)
                .toList();
    }

    private void assertNamed() {
        List<Node> nodes = WindowFixture.call(() -> all(fixture.scene().getRoot()));
        List<Control> controls = nodes.stream()
                .filter(Control.class::isInstance)
                .map(Control.class::cast)
                .filter(control -> control.isFocusTraversable() || control instanceof ButtonBase)
                .toList();
        assertTrue(controls.size() > 2, "the walk through the scene finds its controls");
        List<String> nameless = controls.stream()
                .filter(control -> !isNamed(control, nodes))
                .map(control -> control + " in " + control.getParent())
                .toList();
        assertEquals(List.of(), nameless);
    }

    private static boolean isNamed(Control control, List<Node> nodes) {
        boolean text = control instanceof Labeled labelled && isText(labelled.getText());
        boolean label = nodes.stream()
                .anyMatch(
                        node -> node instanceof Label each && each.getLabelFor() == control && isText(each.getText()));
        return text || label || isText(control.getAccessibleText());
    }

    private static boolean isText(String text) {
        return text != null && !text.isBlank();
    }

    private static List<Node> all(Parent parent) {
        List<Node> nodes = new ArrayList<>();
        for (Node child : parent.getChildrenUnmodifiable()) {
            nodes.add(child);
            if (child instanceof Parent inner) {
                nodes.addAll(all(inner));
            }
        }
        return nodes;
    }
}
