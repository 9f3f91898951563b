@NullMarked
package dev.gotunnel.cert;

import org.jspecify.annotations.NullMarked;
