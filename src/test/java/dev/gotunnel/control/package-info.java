@NullMarked
package dev.gotunnel.control;

import org.jspecify.annotations.NullMarked;
