@NullMarked
package dev.gotunnel.names;

import org.jspecify.annotations.NullMarked;
