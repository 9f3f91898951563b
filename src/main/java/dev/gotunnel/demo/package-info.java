/** The embedded backend of {@code gotunnel demo}. */
@NullMarked
package dev.gotunnel.demo;

import org.jspecify.annotations.NullMarked;
