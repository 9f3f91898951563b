package dev.gotunnel.proxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the route for a host name: an exact one, or a wildcard ({@code *.shop.localhost}). Reads take no lock: every change replaces the table. */
final class Router {
    private static final String ANY = "*";

    private volatile Map<String, ActiveRoute> byName = Map.of();
    private volatile boolean wildcards;

    /** The route of a name in lower case, or else of the longest wildcard above it; null when no tunnel has it. */
    @Nullable
    ActiveRoute find(String name) {
        Map<String, ActiveRoute> routes = byName;
        ActiveRoute exact = routes.get(name);
        if (exact != null || !wildcards) {
            return exact;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            ActiveRoute above = routes.get(ANY + name.substring(dot));
            if (above != null) {
                return above;
            }
        }
        return null;
    }

    private void set(Map<String, ActiveRoute> routes) {
        wildcards = routes.keySet().stream().anyMatch(name -> name.startsWith(ANY));
        byName = Map.copyOf(routes);
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
        set(next);
        return null;
    }

    /** Puts a route in the place of one that has the same names. */
    synchronized void replace(ActiveRoute old, ActiveRoute route) {
        Map<String, ActiveRoute> next = new HashMap<>(byName);
        next.replaceAll((_, active) -> active == old ? route : active);
        set(next);
    }

    synchronized void remove(ActiveRoute route) {
        Map<String, ActiveRoute> next = new HashMap<>(byName);
        next.values().removeIf(active -> active == route);
        set(next);
    }
}
