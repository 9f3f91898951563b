/** The Netty engine: one pair of listeners for all tunnels. */
@NullMarked
package dev.gotunnel.proxy;

import org.jspecify.annotations.NullMarked;
