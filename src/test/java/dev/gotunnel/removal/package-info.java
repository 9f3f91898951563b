/** What gotunnel leaves on a machine, and that it goes. */
@NullMarked
package dev.gotunnel.removal;

import org.jspecify.annotations.NullMarked;
