/** The bus of the user's desktop session (D-Bus), by which tray and keychain are reached on Linux. */
@NullMarked
package dev.gotunnel.bus;

import org.jspecify.annotations.NullMarked;
