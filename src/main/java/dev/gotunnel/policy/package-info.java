/** How the requests of a tunnel are treated: immutable and checked values that configuration, engine and editor share. */
@NullMarked
package dev.gotunnel.policy;

import org.jspecify.annotations.NullMarked;
