/** What can be wrong with a machine, a class for each subject. */
@NullMarked
package dev.gotunnel.doctor;

import org.jspecify.annotations.NullMarked;
