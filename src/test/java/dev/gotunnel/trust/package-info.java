@NullMarked
package dev.gotunnel.trust;

import org.jspecify.annotations.NullMarked;
