/** Finds what could have a name: listening ports of this machine. */
@NullMarked
package dev.gotunnel.discovery;

import org.jspecify.annotations.NullMarked;
