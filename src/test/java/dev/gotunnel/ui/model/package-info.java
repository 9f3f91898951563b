@NullMarked
package dev.gotunnel.ui.model;

import org.jspecify.annotations.NullMarked;
