/** The main window: the list of tunnels, the form for a new one and the details of the selected one. */
@NullMarked
package dev.gotunnel.ui.main;

import org.jspecify.annotations.NullMarked;
