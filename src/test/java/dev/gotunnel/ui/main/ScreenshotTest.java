package dev.gotunnel.ui.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.testing.PngFile;
import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelState;
import dev.gotunnel.ui.theme.Theme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javafx.application.ColorScheme;
import javafx.scene.SnapshotParameters;
import javafx.scene.image.WritableImage;
import javafx.scene.transform.Scale;
import org.junit.jupiter.api.Test;

/** Draws the window in its states into {@code target/screenshots}, light and dark, at 100 % and 150 %. */
class ScreenshotTest {
    private static final Path FOLDER = Path.of("target", "screenshots");
    private static final TunnelId API = new TunnelId(TunnelId.DEFAULT, "api");
    private static final TunnelId DOCS = new TunnelId(TunnelId.DEFAULT, "docs");
    private static final TunnelId SHOP = new TunnelId(TunnelId.DEFAULT, "shop");
    private static final TunnelId MAIL = new TunnelId(TunnelId.DEFAULT, "mail");

    @Test
    void drawsTheEmptyState() throws IOException {
        try (WindowFixture fixture = new WindowFixture()) {
            fixture.open();
            fixture.awaitShown("No tunnels yet");
            draw(fixture, "empty");
        }
    }

    @Test
    void drawsAListOfMixedStates() throws IOException {
        try (WindowFixture fixture = mixed()) {
            fixture.awaitShown("shop");
            draw(fixture, "list");
            fixture.click("#detail-delete");
            fixture.awaitShown("Deleted");
            WindowFixture.await(() -> fixture.find("#undo-bar", UndoBar.class).getOpacity() == 1);
            draw(fixture, "undo");
            fixture.service.tell(new TunnelEvent.OwnerLeaving());
            fixture.awaitShown("has quit");
            draw(fixture, "owner-left");
        }
    }

    @Test
    void drawsTheFormWithAnError() throws IOException {
        try (WindowFixture fixture = mixed()) {
            fixture.awaitShown("shop");
            fixture.click("#add");
            WindowFixture.await(
                    () -> fixture.find("#new-tunnel", NewTunnelForm.class).getOpacity() == 1);
            fixture.robot.write("cart");
            fixture.click("#new-backends");
            fixture.robot.write("localhost:99999");
            WindowFixture.await(
                    () -> fixture.find("#new-tunnel", NewTunnelForm.class).getOpacity() == 1);
            draw(fixture, "add");
        }
    }

    @Test
    void drawsLimitationsAndAFailedStart() throws IOException {
        try (WindowFixture fixture = mixed()) {
            fixture.awaitShown("shop");
            select(fixture, SHOP);
            draw(fixture, "limitations");
            select(fixture, API);
            draw(fixture, "degraded");
            fixture.service.failStart(
                    MAIL,
                    new GotunnelException(
                            ErrorCode.PORT_TAKEN,
                            "mail.local cannot have port 8025: nginx (pid 812) listens there.",
                            "Stop nginx, then: gotunnel start mail"));
            select(fixture, MAIL);
            fixture.click("#detail-power");
            fixture.awaitShown("nginx");
            draw(fixture, "failed");
        }
    }

    @Test
    void drawsLongWordsInTheSmallestWindow() throws IOException {
        try (WindowFixture fixture = new WindowFixture()) {
            TunnelId id = new TunnelId(TunnelId.SESSION, "customer-portal.integration");
            fixture.service
                    .ports(8880, 8443)
                    .with(id, "customer-portal.integration.eu-central.shop.test", "backend.internal:18080", "3000");
            fixture.service.limit(
                    id,
                    new Limitation(
                            "name-unresolved",
                            "customer-portal.integration.eu-central.shop.test does not resolve on this machine, because "
                                    + "the hosts file cannot be written by this user and no resolver answers for it.",
                            "Let an administrator run this once, then start the tunnel again: sudo gotunnel hosts enable --all"));
            fixture.service.change(id, TunnelState.RUNNING);
            fixture.open();
            WindowFixture.run(() -> {
                fixture.stage.setWidth(900);
                fixture.stage.setHeight(600);
            });
            fixture.awaitShown("customer-portal");
            fixture.click("#add");
            WindowFixture.await(
                    () -> fixture.find("#new-tunnel", NewTunnelForm.class).getOpacity() == 1);
            fixture.robot.write("no such name");
            fixture.click("#new-backends");
            fixture.robot.write("https//localhost");
            draw(fixture, "long");
        }
    }

    private static void select(WindowFixture fixture, TunnelId id) {
        WindowFixture.run(() -> {
            fixture.list().select(fixture.model.find(id).orElseThrow());
        });
    }

    private static WindowFixture mixed() {
        WindowFixture fixture = new WindowFixture();
        FakeTunnelService service = fixture.service;
        service.limit(
                SHOP,
                new Limitation(
                        "name-unresolved",
                        "shop.local does not resolve on this machine yet: changing the hosts file needs permission.",
                        "sudo gotunnel hosts apply"),
                new Limitation(
                        "certificate-untrusted",
                        "Browsers do not trust the certificate yet.",
                        "Install gotunnel's root certificate once: gotunnel trust install"));
        service.running("shop", "3000")
                .running("storybook", "6006")
                .with("docs", "4000")
                .with("mail", "8025");
        service.running("api", "8080", "8081");
        service.change(API, TunnelState.DEGRADED);
        service.with(new TunnelId(TunnelId.SESSION, "vite"), "vite", "5173");
        service.change(new TunnelId(TunnelId.SESSION, "vite"), TunnelState.STARTING);
        service.change(MAIL, TunnelState.FAILED);
        service.publish(new Tunnel(
                DOCS.toString(),
                "default",
                "docs",
                "docs.local",
                TunnelState.STOPPED,
                List.of(),
                List.of(new Backend("http://localhost:4000", true)),
                List.of()));
        return fixture.open();
    }

    private static void draw(WindowFixture fixture, String name) throws IOException {
        for (ColorScheme scheme : ColorScheme.values()) {
            for (int percent : new int[] {100, 150}) {
                WritableImage image = WindowFixture.call(() -> {
                    Theme.use(scheme);
                    fixture.scene().getRoot().applyCss();
                    fixture.scene().getRoot().layout();
                    SnapshotParameters parameters = new SnapshotParameters();
                    parameters.setTransform(new Scale(percent / 100.0, percent / 100.0));
                    return fixture.scene().getRoot().snapshot(parameters, null);
                });
                Path file =
                        FOLDER.resolve(name + "-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + percent + ".png");
                PngFile.write(image, file);
                assertTrue(Files.size(file) > 1000, () -> file + " is nearly empty");
                assertEquals(Math.round(fixture.scene().getWidth() * percent / 100.0), image.getWidth(), 1.0);
            }
        }
    }
}
