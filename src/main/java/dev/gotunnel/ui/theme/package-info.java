/** How windows look: light and dark, icons, fonts. */
@NullMarked
package dev.gotunnel.ui.theme;

import org.jspecify.annotations.NullMarked;
