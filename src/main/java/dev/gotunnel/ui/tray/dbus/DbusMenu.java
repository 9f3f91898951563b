package dev.gotunnel.ui.tray.dbus;

import java.util.List;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/**
 * A menu that another process draws: {@code com.canonical.dbusmenu} as libdbusmenu documents it. Entries are known by
 * number, 0 is the menu itself. Called on the bus's threads.
 */
@DBusInterfaceName("com.canonical.dbusmenu")
public interface DbusMenu extends DBusInterface {

    /** The entries below one; a depth of -1 means all levels, an empty list of names all properties. */
    @DBusMemberName("GetLayout")
    TwoResults<UInt32, MenuLayout> getLayout(int parentId, int recursionDepth, List<String> propertyNames);

    /** Properties of several entries; no id means every entry. */
    @DBusMemberName("GetGroupProperties")
    List<MenuProperties> getGroupProperties(List<Integer> ids, List<String> propertyNames);

    /** One property of one entry. */
    @DBusMemberName("GetProperty")
    Variant<?> getProperty(int id, String name);

    /** Something happened to an entry: {@code clicked}, {@code hovered}, {@code opened} or {@code closed}. */
    @DBusMemberName("Event")
    void event(int id, String eventId, Variant<?> data, UInt32 timestamp);

    /** Several events; returns the ids that are unknown. */
    @DBusMemberName("EventGroup")
    List<Integer> eventGroup(List<MenuEvent> events);

    /** Asks before showing a submenu whether it has to be read anew. */
    @DBusMemberName("AboutToShow")
    boolean aboutToShow(int id);

    /** The same for several; returns those to read anew and those that are unknown. */
    @DBusMemberName("AboutToShowGroup")
    TwoResults<List<Integer>, List<Integer>> aboutToShowGroup(List<Integer> ids);
}
