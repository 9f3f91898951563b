/** What the windows and the tray show, without any of their controls: testable without a toolkit. */
@NullMarked
package dev.gotunnel.ui.model;

import org.jspecify.annotations.NullMarked;
