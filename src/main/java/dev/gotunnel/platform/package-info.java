/** The machine beneath: operating system, folders, atomic files, processes, ports. */
@NullMarked
package dev.gotunnel.platform;

import org.jspecify.annotations.NullMarked;
