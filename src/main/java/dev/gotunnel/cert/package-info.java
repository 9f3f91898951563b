/** The certificate authority of this machine and the leaves it signs. */
@NullMarked
package dev.gotunnel.cert;

import org.jspecify.annotations.NullMarked;
