/** Rules that hold for all packages together. */
@NullMarked
package dev.gotunnel;

import org.jspecify.annotations.NullMarked;
