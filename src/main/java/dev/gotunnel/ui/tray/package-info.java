/**
 * The icon in the panel and its menu: a model goes in, clicks come out. Knows neither JavaFX nor any other part of
 * gotunnel, so that a tray without a window costs no graphics toolkit.
 */
@org.jspecify.annotations.NullMarked
package dev.gotunnel.ui.tray;
