/** The command line: one class per command. */
@NullMarked
package dev.gotunnel.cli;

import org.jspecify.annotations.NullMarked;
