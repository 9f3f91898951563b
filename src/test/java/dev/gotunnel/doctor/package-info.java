/** The doctor's checks, each on a machine of the test's making. */
@NullMarked
package dev.gotunnel.doctor;

import org.jspecify.annotations.NullMarked;
