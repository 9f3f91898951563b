/** The control API over a Unix domain socket: server, client and their wire records. */
@NullMarked
package dev.gotunnel.control;

import org.jspecify.annotations.NullMarked;
