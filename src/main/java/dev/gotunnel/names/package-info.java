/** Names that lead here: validation, the hosts file, resolution. */
@NullMarked
package dev.gotunnel.names;

import org.jspecify.annotations.NullMarked;
