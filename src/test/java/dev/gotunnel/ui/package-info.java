@NullMarked
package dev.gotunnel.ui;

import org.jspecify.annotations.NullMarked;
