/** The desktop: tray, windows and the view models behind them. */
@NullMarked
package dev.gotunnel.ui;

import org.jspecify.annotations.NullMarked;
