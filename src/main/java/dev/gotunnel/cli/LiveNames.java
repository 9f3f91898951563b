package dev.gotunnel.cli;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Words for completion that are looked up when they are needed: the tunnels and profiles of this moment. */
abstract sealed class LiveNames implements Iterable<String> {
    private final Supplier<? extends Iterable<String>> found;

    private LiveNames(Supplier<? extends Iterable<String>> found) {
        this.found = found;
    }

    @Override
    public Iterator<String> iterator() {
        try {
            return found.get().iterator();
        } catch (GotunnelException e) {
            // Completion has nowhere to tell it; the command itself will.
            return List.<String>of().iterator();
        }
    }

    /** What commands take for a tunnel: its name where that is clear, else PROFILE/NAME. */
    static final class Tunnels extends LiveNames {
        Tunnels(Context context) {
            super(() -> names(context.tunnels()));
        }

        private static List<String> names(List<Tunnel> tunnels) {
            return tunnels.stream()
                    .map(tunnel -> tunnels.stream()
                                            .filter(other -> other.name().equals(tunnel.name()))
                                            .count()
                                    == 1
                            ? tunnel.name()
                            : tunnel.id())
                    .toList();
        }
    }

    /** The profiles of the configuration. */
    static final class Profiles extends LiveNames {
        Profiles(Context context) {
            super(() -> {
                Set<String> profiles = new LinkedHashSet<>(Set.of(TunnelId.DEFAULT));
                profiles.addAll(context.surroundings().profiles());
                return profiles;
            });
        }
    }

    /** Makes these for picocli, which names them by class. */
    static IFactory factory(Context context) {
        return new IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                if (type == Tunnels.class) {
                    return type.cast(new Tunnels(context));
                }
                return type == Profiles.class
                        ? type.cast(new Profiles(context))
                        : CommandLine.defaultFactory().create(type);
            }
        };
    }
}
