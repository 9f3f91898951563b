@NullMarked
package dev.gotunnel.config;

import org.jspecify.annotations.NullMarked;
