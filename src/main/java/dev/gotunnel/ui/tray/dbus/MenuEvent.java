package dev.gotunnel.ui.tray.dbus;

import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** One event of {@link DbusMenu#eventGroup}: {@code (isvu)}. */
public final class MenuEvent extends Struct {

    /** Number of the entry. */
    @Position(0)
    public final int id;

    /** What happened. */
    @Position(1)
    public final String eventId;

    /** Data of the event, unused by the events we know. */
    @Position(2)
    public final Variant<?> data;

    /** When, in the clock of the display server. */
    @Position(3)
    public final UInt32 timestamp;

    /** All fields. */
    public MenuEvent(int id, String eventId, Variant<?> data, UInt32 timestamp) {
        this.id = id;
        this.eventId = eventId;
        this.data = data;
        this.timestamp = timestamp;
    }
}
