package dev.gotunnel.ui.tray.dbus;

import java.util.Map;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.types.Variant;

/** The properties of one entry: {@code (ia{sv})}. */
public final class MenuProperties extends Struct {

    /** Number of the entry. */
    @Position(0)
    public final int id;

    /** Its properties by name. */
    @Position(1)
    public final Map<String, Variant<?>> properties;

    /** All fields. */
    public MenuProperties(int id, Map<String, Variant<?>> properties) {
        this.id = id;
        this.properties = properties;
    }
}
