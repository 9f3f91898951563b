package dev.gotunnel.proxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the route for a host name. Reads take no lock: every change replaces the table. */
final class Router {
    private volatile Map<String, ActiveRoute> byName = Map.of();

    /** The route of a name in lower case; null when no tunnel has it. */
    @Nullable
    ActiveRoute find(String name) {
        return byName.get(name);
    }

    /** All routes, ordered by their id. */
    List<ActiveRoute> all() {
        List<ActiveRoute> routes = new ArrayList<>(new HashSet<>(byName.values()));
        routes.sort(Comparator.comparing(active -> active.route().id()));
        return routes;
    }

    /**
     * Adds a route.
     *
     * @return the name that another route has already, in which case nothing changes; else null
     */
    synchronized @Nullable String add(ActiveRoute route) {
        Map<String, ActiveRoute> next = new HashMap<>(byName);
        for (String name : route.route().names()) {
            if (next.put(name, route) != null) {
                return name;
            }
        }
        byName = Map.copyOf(next);
        return null;
    }

    /** Puts a route in the place of one that has the same names. */
    synchronized void replace(ActiveRoute old, ActiveRoute route) {
        Map<String, ActiveRoute> next = new HashMap<>(byName);
        next.replaceAll((_, active) -> active == old ? route : active);
        byName = Map.copyOf(next);
    }

    synchronized void remove(ActiveRoute route) {
        Map<String, ActiveRoute> next = new HashMap<>(byName);
        next.values().removeIf(active -> active == route);
        byName = Map.copyOf(next);
    }
}
