/** The keychains of operating systems, which keep the secret that the authority's key is encrypted by. */
@NullMarked
package dev.gotunnel.keychain;

import org.jspecify.annotations.NullMarked;
