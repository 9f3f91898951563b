@NullMarked
package dev.gotunnel.discovery;

import org.jspecify.annotations.NullMarked;
