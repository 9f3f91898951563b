/** Where a root certificate becomes trusted. */
@NullMarked
package dev.gotunnel.trust;

import org.jspecify.annotations.NullMarked;
