/** Specifications of the engine, all against real sockets. */
package dev.gotunnel.proxy;
