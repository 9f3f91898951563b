@NullMarked
package dev.gotunnel.app;

import org.jspecify.annotations.NullMarked;
