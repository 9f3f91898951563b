package dev.gotunnel.ui.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.TunnelId;
import java.util.List;
import javafx.scene.input.Clipboard;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The window by keys alone. */
class KeyboardTest {
    private static final TunnelId API = new TunnelId(TunnelId.DEFAULT, "api");
    private static final TunnelId SHOP = new TunnelId(TunnelId.DEFAULT, "shop");

    private final WindowFixture fixture = new WindowFixture();
    private final FakeTunnelService service = fixture.service;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void addsATunnelFromTheEmptyState() {
        fixture.open();
        fixture.awaitShown("No tunnels yet");
        keys(KeyCode.SPACE);
        WindowFixture.await(() -> fixture.isFocused("new-name"));
        fixture.robot.write("shop");
        keys(KeyCode.TAB);
        fixture.robot.write("3000");
        keys(KeyCode.ENTER);
        fixture.awaitShown("https://shop.localhost:8443");
    }

    @Test
    void opensTheFormByShortcutAndClosesItByEscape() {
        service.with("shop", "3000");
        fixture.open();
        keys(KeyCode.SHORTCUT, KeyCode.N);
        WindowFixture.await(() -> fixture.isFocused("new-name"));
        keys(KeyCode.ESCAPE);
        WindowFixture.await(() -> fixture.list().isFocused());
    }

    @Test
    void switchesOpensAndCopiesTheSelectedTunnel() {
        service.with("api", "8080").running("shop", "3000");
        fixture.open();
        WindowFixture.await(() -> fixture.list().isFocused());
        keys(KeyCode.SPACE);
        WindowFixture.await(() -> service.calls().equals(List.of("start default/api")));
        keys(KeyCode.DOWN);
        keys(KeyCode.ENTER);
        WindowFixture.await(() -> fixture.opened.equals(List.of("https://shop.localhost:8443")));
        keys(KeyCode.SHORTCUT, KeyCode.C);
        fixture.awaitShown("Copied https://shop.localhost:8443");
        assertEquals(
                "https://shop.localhost:8443",
                WindowFixture.call(() -> Clipboard.getSystemClipboard().getString()));
    }

    @Test
    void deletesAndUndoes() {
        service.with("api", "8080").with("shop", "3000");
        fixture.open();
        WindowFixture.await(() -> fixture.list().isFocused());
        keys(KeyCode.DELETE);
        fixture.awaitShown("Deleted api.");
        keys(KeyCode.SHORTCUT, KeyCode.Z);
        WindowFixture.await(() -> fixture.model.items().size() == 2);
        assertEquals(List.of(API, SHOP), service.configured());
    }

    @Test
    void everyControlIsReachedByTab() {
        service.running("shop", "3000");
        fixture.open();
        WindowFixture.await(() -> fixture.list().isFocused());
        for (String id : List.of("detail-open", "detail-copy", "detail-power", "detail-delete")) {
            keys(KeyCode.TAB);
            WindowFixture.await(() -> fixture.isFocused(id));
        }
    }

    @Test
    void quitsByShortcut() {
        fixture.open();
        keys(KeyCode.SHORTCUT, KeyCode.Q);
        WindowFixture.await(() -> fixture.asked.equals(List.of("quit")));
    }

    private void keys(KeyCode... keys) {
        fixture.robot.push(keys);
    }
}
