package dev.gotunnel.proxy;

/** An open connection to a backend that speaks a version of HTTP which both sides have agreed on. */
sealed interface UpstreamConnection permits Http1UpstreamConnection, Http2UpstreamConnection {
    /** Closes it, whatever it carries. On its event loop. */
    void close();
}
