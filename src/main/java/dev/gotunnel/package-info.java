/** gotunnel: trusted HTTPS names for the services on this machine. */
@org.jspecify.annotations.NullMarked
package dev.gotunnel;
