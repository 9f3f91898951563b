/** A developer's project as gotunnel meets it: its name, its framework, and the command that serves it. */
@NullMarked
package dev.gotunnel.project;

import org.jspecify.annotations.NullMarked;
