@NullMarked
package dev.gotunnel.cli;

import org.jspecify.annotations.NullMarked;
