package dev.gotunnel.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.testing.FakeTunnelService;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NewTunnelModelTest {
    private final FakeTunnelService service = new FakeTunnelService();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final TestThread thread = new TestThread();
    private final TunnelListModel list = new TunnelListModel(service, background, thread);
    private final NewTunnelModel form = new NewTunnelModel(list);

    @AfterEach
    void close() {
        list.close();
        service.close();
        background.shutdownNow();
    }

    @Test
    void anUntouchedFormIsNotWrongAndShowsAnExample() {
        assertNull(form.nameProblemProperty().get());
        assertNull(form.backendProblemProperty().get());
        assertEquals(
                new NewTunnelModel.Preview("https://shop.localhost", true, false),
                form.previewProperty().get());
    }

    @Test
    void previewsTheAddressWithThePortOfTheEngineOnceThatIsKnown() throws Exception {
        form.nameProperty().set("Bücher");
        assertEquals(
                "https://xn--bcher-kva.localhost", form.previewProperty().get().url());
        service.ports(8880, 8443);
        list.open();
        thread.runUntil(() -> form.previewProperty().get().portKnown());
        assertEquals(
                "https://xn--bcher-kva.localhost:8443",
                form.previewProperty().get().url());
    }

    @Test
    void leavesOutThePortThatBrowsersAssume() throws Exception {
        service.ports(80, 443);
        form.nameProperty().set("api.shop.test");
        list.open();
        thread.runUntil(() -> form.previewProperty().get().portKnown());
        assertEquals("https://api.shop.localhost", form.previewProperty().get().url());
    }

    @Test
    void saysWhatTheDomainSaysAboutABadName() {
        form.nameProperty().set("sho p");
        GotunnelException said = assertThrowsGotunnel(() -> DomainName.parse("sho p"));
        assertEquals(Problem.of(said), form.nameProblemProperty().get());
        form.nameProperty().set("shop");
        assertNull(form.nameProblemProperty().get());
    }

    @Test
    void readsSeveralBackends() throws Exception {
        open();
        form.nameProperty().set("shop");
        form.backendsProperty().set("3000, localhost:3001 3000");
        TunnelItem item = send().orElseThrow();
        assertEquals(
                List.of("http://localhost:3000", "http://localhost:3001"),
                item.tunnel().backends().stream().map(b -> b.url()).toList());
    }

    @Test
    void saysWhatIsWrongWithABackend() {
        for (String wrong : List.of("0", "99999", "a b:c", "ftp://localhost:3000", "localhost:70000", ",", "http://")) {
            form.backendsProperty().set(wrong);
            assertNotNull(form.backendProblemProperty().get(), wrong);
        }
    }

    @Test
    void emptyFieldsAreWrongOnceSent() throws Exception {
        open();
        assertTrue(send().isEmpty());
        assertNotNull(form.nameProblemProperty().get());
        assertNotNull(form.backendProblemProperty().get());
        form.reset();
        assertNull(form.nameProblemProperty().get());
        assertEquals(List.of(), service.calls());
    }

    @Test
    void refusesANameThatIsServedAlready() throws Exception {
        service.with("shop", "3000");
        open();
        form.nameProperty().set("SHOP.local");
        assertEquals(
                "There is already a tunnel for shop.local.",
                Objects.requireNonNull(form.nameProblemProperty().get()).message());
    }

    @Test
    void givesTheLongNameToATunnelWhoseShortOneIsTaken() throws Exception {
        service.with("shop", "3000");
        open();
        form.nameProperty().set("shop.test");
        form.backendsProperty().set("4000");
        assertEquals("default/shop.test", send().orElseThrow().id().toString());
    }

    @Test
    void aNameIsFreeAgainRightAfterItsDeletion() throws Exception {
        service.with("shop", "3000");
        open();
        list.deletion().delete(list.items().getFirst());
        form.nameProperty().set("shop");
        form.backendsProperty().set("4000");
        assertEquals("default/shop", send().orElseThrow().id().toString());
        assertEquals(
                List.of("remove default/shop", "save default/shop"),
                service.calls().subList(0, 2));
    }

    @Test
    void showsWhyItCouldNotBeSavedUntilSomethingIsTyped() throws Exception {
        open();
        service.failSave(new GotunnelException(ErrorCode.CONFIG, "The file is not valid.", "See line 3."));
        form.nameProperty().set("shop");
        form.backendsProperty().set("3000");
        assertTrue(send().isEmpty());
        assertEquals(
                new Problem("The file is not valid.", "See line 3."),
                form.saveProblemProperty().get());
        form.nameProperty().set("shop2");
        assertNull(form.saveProblemProperty().get());
    }

    private void open() throws Exception {
        list.open();
        thread.runUntil(() -> list.loadedProperty().get());
    }

    private Optional<TunnelItem> send() throws Exception {
        Thread owner = Thread.currentThread();
        form.savingProperty().subscribe(saving -> assertSame(owner, Thread.currentThread()));
        CompletableFuture<Optional<TunnelItem>> sent = form.send();
        thread.runUntil(sent::isDone);
        return sent.get();
    }

    private static GotunnelException assertThrowsGotunnel(Runnable action) {
        return assertThrows(GotunnelException.class, action::run);
    }
}
