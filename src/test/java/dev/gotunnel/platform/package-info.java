@NullMarked
package dev.gotunnel.platform;

import org.jspecify.annotations.NullMarked;
