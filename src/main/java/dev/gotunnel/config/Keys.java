package dev.gotunnel.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that may stand in a mapping, in the order in which they are documented and written. */
final class Keys {
    private final Map<String, Key> byName;
    private final List<String> names;

    private Keys(Iterable<Key> keys) {
        Map<String, Key> known = new LinkedHashMap<>();
        keys.forEach(key -> known.put(key.name(), key));
        byName = Collections.unmodifiableMap(known);
        names = List.copyOf(byName.keySet());
    }

    static Keys of(Key... keys) {
        return new Keys(List.of(keys));
    }

    /** These, and others after them. */
    Keys and(Keys others) {
        List<Key> all = new ArrayList<>(byName.values());
        all.addAll(others.byName.values());
        return new Keys(all);
    }

    List<String> names() {
        return names;
    }

    Iterable<Key> all() {
        return byName.values();
    }

    @Nullable
    Key find(String name) {
        return byName.get(name);
    }

    /** A key that there is. */
    Key get(String name) {
        Key key = byName.get(name);
        if (key == null) {
            throw new IllegalArgumentException("the catalogue has no key " + name + " among " + names);
        }
        return key;
    }
}
