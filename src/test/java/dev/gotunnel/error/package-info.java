@NullMarked
package dev.gotunnel.error;

import org.jspecify.annotations.NullMarked;
