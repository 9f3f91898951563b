/** The user's configuration: immutable records, loading with key-path errors, saving with comments kept. */
@NullMarked
package dev.gotunnel.config;

import org.jspecify.annotations.NullMarked;
