@NullMarked
package dev.gotunnel.observability;

import org.jspecify.annotations.NullMarked;
