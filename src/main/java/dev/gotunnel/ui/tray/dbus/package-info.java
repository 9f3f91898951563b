/**
 * The shapes that StatusNotifierItem and dbusmenu have on the bus. Public only because dbus-java reads and creates them
 * by reflection from its own package; nothing outside the tray uses them.
 */
@org.jspecify.annotations.NullMarked
package dev.gotunnel.ui.tray.dbus;
