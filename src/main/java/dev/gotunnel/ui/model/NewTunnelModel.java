package dev.gotunnel.ui.model;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.ui.Messages;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.jspecify.annotations.Nullable;

/**
 * The form for a new tunnel: a name, where it leads, and what is wrong with either while it is typed. An empty field is
 * wrong only once the form has been sent. Belongs to the thread of its {@link TunnelListModel}.
 */
public final class NewTunnelModel {
    /** What stands in the preview before a name is typed. */
    public static final String EXAMPLE = "shop";

    private final TunnelListModel list;
    private final StringProperty name = new SimpleStringProperty("");
    private final StringProperty backends = new SimpleStringProperty("");
    private final ReadOnlyObjectWrapper<@Nullable Problem> nameProblem = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable Problem> backendProblem = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable Problem> saveProblem = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<Preview> preview;
    private final ReadOnlyBooleanWrapper saving = new ReadOnlyBooleanWrapper();
    private boolean sent;

    /**
     * The address that the tunnel will have.
     *
     * @param url the address; without a port while the engine's is not known
     * @param example whether it is only an example, since no name is typed yet
     * @param portKnown whether the port in it is that of the engine
     */
    public record Preview(String url, boolean example, boolean portKnown) {}

    /** A form whose names must not collide with those of the list. */
    public NewTunnelModel(TunnelListModel list) {
        this.list = list;
        this.preview = new ReadOnlyObjectWrapper<>(previewOf(Optional.empty()));
        name.subscribe(this::edited);
        backends.subscribe(this::edited);
        list.infoProperty().subscribe(this::check);
    }

    /** What is typed as the name: {@code shop}, {@code api.shop}, {@code shop.test}. */
    public StringProperty nameProperty() {
        return name;
    }

    /** What is typed as the backends: ports or addresses, with spaces or commas between. */
    public StringProperty backendsProperty() {
        return backends;
    }

    /** What is wrong with the name; null when nothing is. */
    public ReadOnlyObjectProperty<@Nullable Problem> nameProblemProperty() {
        return nameProblem.getReadOnlyProperty();
    }

    /** What is wrong with the backends; null when nothing is. */
    public ReadOnlyObjectProperty<@Nullable Problem> backendProblemProperty() {
        return backendProblem.getReadOnlyProperty();
    }

    /** Why the tunnel could not be saved; null when it was not tried or could. */
    public ReadOnlyObjectProperty<@Nullable Problem> saveProblemProperty() {
        return saveProblem.getReadOnlyProperty();
    }

    /** The address that the tunnel will have, as far as it is known. */
    public ReadOnlyObjectProperty<Preview> previewProperty() {
        return preview.getReadOnlyProperty();
    }

    /** Whether it is being saved. */
    public ReadOnlyBooleanProperty savingProperty() {
        return saving.getReadOnlyProperty();
    }

    /** Empties the form. */
    public void reset() {
        sent = false;
        name.set("");
        backends.set("");
        edited();
    }

    /**
     * Saves and starts the tunnel if nothing is wrong with it.
     *
     * @return the new item once it is saved; empty when something has to be mended first. Completes on the model's
     *     thread.
     */
    public CompletableFuture<Optional<TunnelItem>> send() {
        sent = true;
        check();
        if (saving.get() || nameProblem.get() != null || backendProblem.get() != null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        saving.set(true);
        saveProblem.set(null);
        TunnelSpec spec = spec();
        // A tunnel deleted a moment ago may have had this very name: it has to be gone before the new one is saved.
        return list.deletion().commit().thenCompose(gone -> list.add(spec)).handle((item, failure) -> {
            saving.set(false);
            if (failure != null) {
                saveProblem.set(Problem.of(failure));
            }
            return Optional.ofNullable(item);
        });
    }

    private TunnelSpec spec() {
        DomainName domain = parse(name.get());
        return new TunnelSpec(freeId(domain), domain, parseBackends(backends.get()), true, null);
    }

    private void edited() {
        saveProblem.set(null);
        check();
    }

    private void check() {
        nameProblem.set(problemOf(name.get(), "new.name.missing", text -> freeId(parse(text))));
        backendProblem.set(problemOf(backends.get(), "new.backend.missing", NewTunnelModel::parseBackends));
        preview.set(previewOf(domain()));
    }

    private @Nullable Problem problemOf(String typed, String missing, Function<String, ?> parser) {
        if (typed.isBlank()) {
            return sent ? new Problem(Messages.text(missing), null) : null;
        }
        try {
            var _ = parser.apply(typed);
            return null;
        } catch (GotunnelException e) {
            return Problem.of(e);
        }
    }

    /** Below the suffixes of whoever owns the engine; the built-in ones until that is known. */
    private DomainName parse(String typed) {
        EngineInfo info = list.infoProperty().get();
        return (info == null ? Suffixes.BUILT_IN : new Suffixes(info.suffixes())).parse(typed);
    }

    private Optional<DomainName> domain() {
        try {
            return name.get().isBlank() ? Optional.empty() : Optional.of(parse(name.get()));
        } catch (GotunnelException e) {
            return Optional.empty();
        }
    }

    private Preview previewOf(Optional<DomainName> domain) {
        EngineInfo info = list.infoProperty().get();
        Integer port = info == null ? null : info.httpsPort();
        String host = domain.map(DomainName::localhostName).orElse(EXAMPLE + ".localhost");
        String suffix = port == null || port == 443 ? "" : ":" + port;
        return new Preview("https://" + host + suffix, domain.isEmpty(), port != null);
    }

    /** The id that a domain gets: its name without the suffix, or with it where another tunnel is called so already. */
    private TunnelId freeId(DomainName domain) {
        boolean served =
                list.items().stream().anyMatch(item -> item.tunnel().domain().equals(domain.ascii()));
        TunnelId brief = new TunnelId(TunnelId.DEFAULT, domain.stem());
        TunnelId full = new TunnelId(TunnelId.DEFAULT, domain.ascii());
        if (served || (isTaken(brief) && isTaken(full))) {
            throw new GotunnelException(
                    ErrorCode.NAME_TAKEN,
                    Messages.format("new.name.taken", domain),
                    Messages.text("new.name.taken.hint"));
        }
        return isTaken(brief) ? full : brief;
    }

    private boolean isTaken(TunnelId id) {
        return list.items().stream().anyMatch(item -> item.id().equals(id));
    }

    private static List<BackendAddress> parseBackends(String typed) {
        List<String> parts = Arrays.stream(typed.split("[,\\s]+"))
                .filter(part -> !part.isEmpty())
                .toList();
        return (parts.isEmpty() ? List.of(typed) : parts)
                .stream().map(BackendAddress::parse).distinct().toList();
    }
}
