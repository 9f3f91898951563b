/** Taking gotunnel off a machine: what there is of it, a class for each sort of thing. */
@NullMarked
package dev.gotunnel.removal;

import org.jspecify.annotations.NullMarked;
