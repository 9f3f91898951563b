@NullMarked
package dev.gotunnel.ui.main;

import org.jspecify.annotations.NullMarked;
