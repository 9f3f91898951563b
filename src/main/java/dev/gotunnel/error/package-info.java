/** The one family of errors that reach the user; usable by every other package. */
@NullMarked
package dev.gotunnel.error;

import org.jspecify.annotations.NullMarked;
