@NullMarked
package dev.gotunnel.demo;

import org.jspecify.annotations.NullMarked;
