package dev.gotunnel.ui.tray.dbus;

import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.types.Variant;

/** One entry and, as far as asked for, those below it: {@code (ia{sv}av)}. */
public final class MenuLayout extends Struct {

    /** Number of the entry. */
    @Position(0)
    public final int id;

    /** Its properties by name. */
    @Position(1)
    public final Map<String, Variant<?>> properties;

    /** Its children, each a {@code MenuLayout} in a variant. */
    @Position(2)
    public final List<Variant<?>> children;

    /** All fields. */
    public MenuLayout(int id, Map<String, Variant<?>> properties, List<Variant<?>> children) {
        this.id = id;
        this.properties = properties;
        this.children = children;
    }
}
