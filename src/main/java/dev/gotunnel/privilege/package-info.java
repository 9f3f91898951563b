/** What this process may do to the machine, and how to ask for more. */
@NullMarked
package dev.gotunnel.privilege;

import org.jspecify.annotations.NullMarked;
