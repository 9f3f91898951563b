package dev.gotunnel.ui.tray.dbus;

import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.interfaces.DBusInterface;

/**
 * The icon as the panel sees it. See the StatusNotifierItem specification of freedesktop.org; panels implement KDE's
 * names. Coordinates are those of the click on the screen. Called on the bus's threads.
 */
@DBusInterfaceName("org.kde.StatusNotifierItem")
public interface StatusNotifierItem extends DBusInterface {

    /** A panel that cannot draw dbusmenu asks the program to draw its menu. */
    @DBusMemberName("ContextMenu")
    void contextMenu(int x, int y);

    /** The main click. */
    @DBusMemberName("Activate")
    void activate(int x, int y);

    /** The lesser click, most often the middle button. */
    @DBusMemberName("SecondaryActivate")
    void secondaryActivate(int x, int y);

    /** The wheel over the icon. */
    @DBusMemberName("Scroll")
    void scroll(int delta, String orientation);
}
