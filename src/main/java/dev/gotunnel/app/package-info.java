/** The entry point and the only place that wires the parts together. */
@NullMarked
package dev.gotunnel.app;

import org.jspecify.annotations.NullMarked;
