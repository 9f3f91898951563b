@NullMarked
package dev.gotunnel.tunnel;

import org.jspecify.annotations.NullMarked;
