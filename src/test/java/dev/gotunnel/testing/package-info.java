/** Collaborators in memory, for the tests of every package. */
@NullMarked
package dev.gotunnel.testing;

import org.jspecify.annotations.NullMarked;
