package dev.gotunnel.ui.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelState;
import java.util.List;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.input.Clipboard;
import javafx.stage.WindowEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The window by mouse. */
class MainWindowTest {
    private static final TunnelId SHOP = new TunnelId(TunnelId.DEFAULT, "shop");

    private final WindowFixture fixture = new WindowFixture();
    private final FakeTunnelService service = fixture.service;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void leadsFromTheEmptyStateToARunningTunnel() {
        fixture.open();
        fixture.awaitShown("No tunnels yet");
        assertFalse(fixture.find("#add", Button.class).isVisible(), "one primary button at a time");
        fixture.click("#empty-add");
        fixture.robot.write("shop");
        fixture.click("#new-backends");
        fixture.robot.write("3000");
        fixture.click("#new-add");
        fixture.awaitShown("https://shop.localhost:8443");
        assertEquals(List.of("save default/shop", "start default/shop"), service.calls());
        WindowFixture.await(() -> fixture.list().isFocused());
        assertEquals(
                "HTTPS on port 8443, HTTP on port 8880",
                fixture.find("#ports", Label.class).getText());
    }

    @Test
    void saysWhatIsWrongWhileItIsTyped() {
        fixture.open();
        fixture.click("#empty-add");
        fixture.robot.write("my shop");
        fixture.awaitShown("\"my shop\" is not a name that gotunnel can serve.");
        fixture.click("#new-add");
        fixture.awaitShown("Give the port");
        WindowFixture.await(() -> fixture.isFocused("new-name"));
        assertEquals(List.of(), service.calls());
    }

    @Test
    void showsWhyATunnelCouldNotBeSaved() {
        service.failSave(new GotunnelException(ErrorCode.CONFIG, "gotunnel.yaml is not valid.", "See line 3."));
        fixture.open();
        fixture.click("#empty-add");
        fixture.robot.write("shop");
        fixture.click("#new-backends");
        fixture.robot.write("3000");
        fixture.click("#new-add");
        fixture.awaitShown("gotunnel.yaml is not valid. See line 3.");
        assertTrue(fixture.find("#new-tunnel", NewTunnelForm.class).isVisible());
    }

    @Test
    void switchesATunnelAndShowsItsWay() {
        service.with("shop", "3000");
        fixture.open();
        service.hold();
        fixture.click(".power-switch");
        fixture.awaitShown("Starting…");
        assertTrue(fixture.find(".power-switch", PowerSwitch.class).isDisabled());
        service.release();
        fixture.awaitShown("Running");
        assertTrue(fixture.find(".power-switch", PowerSwitch.class).isSelected());
        fixture.click("#detail-power");
        fixture.awaitShown("Stopped");
        assertFalse(fixture.find(".power-switch", PowerSwitch.class).isSelected());
    }

    @Test
    void aFailedStartMovesTheSwitchBackAndSaysWhyAndWhatToDo() {
        service.with("shop", "3000");
        service.failStart(
                SHOP,
                new GotunnelException(
                        ErrorCode.PORT_TAKEN, "Port 8443 is taken.", "Stop nginx, then: gotunnel start shop"));
        fixture.open();
        fixture.click(".power-switch");
        fixture.awaitShown("Port 8443 is taken.");
        fixture.awaitShown("Stop nginx, then:");
        fixture.awaitShown("Failed");
        assertFalse(fixture.find(".power-switch", PowerSwitch.class).isSelected());
        fixture.robot.clickOn(fixture.named("Copy the command gotunnel start shop"));
        assertEquals("gotunnel start shop", clipboard());
    }

    @Test
    void deletesWithoutAskingAndBringsBack() {
        service.running("shop", "3000");
        fixture.open();
        fixture.click("#detail-delete");
        fixture.awaitShown("Deleted shop.");
        fixture.awaitShown("No tunnels yet");
        fixture.click("#undo");
        fixture.awaitShown("https://shop.localhost:8443");
        assertEquals(List.of(SHOP), service.configured());
        assertEquals(List.of("stop default/shop", "start default/shop"), service.calls());
    }

    @Test
    void aClickOnTheAddressCopiesIt() {
        service.running("shop", "3000");
        fixture.open();
        fixture.awaitShown("https://shop.localhost:8443");
        fixture.click(".address");
        fixture.awaitShown("Copied https://shop.localhost:8443");
        assertEquals("https://shop.localhost:8443", clipboard());
    }

    @Test
    void opensTheBrowserAndSaysWhenThereIsNone() {
        service.running("shop", "3000");
        fixture.open();
        fixture.click("#detail-open");
        WindowFixture.await(() -> fixture.opened.equals(List.of("https://shop.localhost:8443")));
        fixture.browser = url -> {
            throw new GotunnelException(
                    ErrorCode.NO_DESKTOP, "No browser could be opened.", "Open it yourself: " + url);
        };
        fixture.click("#detail-open");
        fixture.awaitShown("No browser could be opened. Open it yourself: https://shop.localhost:8443");
        fixture.robot.clickOn(fixture.named("Dismiss"));
        WindowFixture.await(() -> !fixture.shows("No browser"));
    }

    @Test
    void showsALimitationWithItsCommand() {
        service.limit(SHOP, new Limitation("name-unresolved", "shop.local does not resolve.", "gotunnel hosts enable"));
        service.running("shop", "3000");
        fixture.open();
        fixture.awaitShown("shop.local does not resolve.");
        fixture.robot.clickOn(fixture.named("Copy the command gotunnel hosts enable"));
        assertEquals("gotunnel hosts enable", clipboard());
    }

    @Test
    void saysThatTheOwnerLeftAndOffersToTakeOver() {
        service.running("shop", "3000");
        fixture.open();
        service.tell(new TunnelEvent.OwnerLeaving());
        fixture.awaitShown("has quit");
        fixture.awaitShown("Stopped");
        WindowFixture.await(() -> fixture.list().isDisabled());
        fixture.robot.clickOn("Take over");
        WindowFixture.await(() -> fixture.asked.equals(List.of("take over")));
    }

    @Test
    void saysThatTheTunnelsCannotBeReadAndTriesAgain() {
        service.with("shop", "3000");
        service.failList(new GotunnelException(ErrorCode.OWNER_UNREACHABLE, "The owner does not answer.", "Wait."));
        fixture.open();
        fixture.awaitShown("The owner does not answer. Wait.");
        service.failList(null);
        fixture.robot.clickOn("Try again");
        fixture.awaitShown("shop");
        WindowFixture.await(() -> !fixture.shows("The owner does not answer."));
    }

    @Test
    void followsWhatHappensElsewhere() {
        service.with("shop", "3000", "3001");
        fixture.open();
        service.change(SHOP, TunnelState.DEGRADED);
        fixture.awaitShown("A backend is down");
        fixture.awaitShown("does not answer");
    }

    @Test
    void asksBeforeItCloses() {
        fixture.open();
        WindowFixture.run(() -> {
            fixture.stage.getOnCloseRequest().handle(new WindowEvent(fixture.stage, WindowEvent.WINDOW_CLOSE_REQUEST));
        });
        assertEquals(List.of("close"), fixture.asked);
        assertTrue(fixture.stage.isShowing());
    }

    private static String clipboard() {
        return WindowFixture.call(() -> Clipboard.getSystemClipboard().getString());
    }
}
