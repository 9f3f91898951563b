@NullMarked
package dev.gotunnel.privilege;

import org.jspecify.annotations.NullMarked;
