@NullMarked
package dev.gotunnel.project;

import org.jspecify.annotations.NullMarked;
