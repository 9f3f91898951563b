package dev.gotunnel.proxy;

import java.time.Duration;

/**
 * How much a client may ask of the engine at once, and how slow it may be. Times are counted in ticks of
 * {@link ClientTicks#SECONDS}: each takes effect up to one tick late.
 *
 * @param headBytes the fields of one request, names and values, in bytes; beyond it 431
 * @param fields how many fields one request may have, and its trailers; beyond it 431
 * @param targetBytes the request line, or {@code :path}, in bytes; beyond it 414
 * @param streams concurrent HTTP/2 streams of one connection; beyond it {@code REFUSED_STREAM}
 * @param resets HTTP/2 streams that one connection may have reset within 30 s, by either side; beyond it
 *     {@code ENHANCE_YOUR_CALM}
 * @param idleFrames HTTP/2 frames in a row that neither ask nor carry anything (PING, SETTINGS, WINDOW_UPDATE, PRIORITY,
 *     unknown ones); beyond it {@code ENHANCE_YOUR_CALM}
 * @param connections open connections of one address of another machine; beyond it they are closed at once
 * @param localConnections the same for each of this machine's own addresses, which browsers and load tools share
 * @param idle how long a connection without a request stays open
 * @param head from the first byte of an HTTP/1.1 request to the end of its fields; beyond it 408
 * @param body without a byte of a request's body while the backend would take it; beyond it 408
 * @param reader without a byte of a response taken that is there for the client; beyond it a reset
 */
public record ClientLimits(
        int headBytes,
        int fields,
        int targetBytes,
        int streams,
        int resets,
        int idleFrames,
        int connections,
        int localConnections,
        Duration idle,
        Duration head,
        Duration body,
        Duration reader) {

    /** What holds when nothing else is said. */
    public static final ClientLimits DEFAULT = new ClientLimits(
            64 * 1024,
            256,
            // Sign-in redirects carry whole tokens in their query: Netty's own limit of 4 KiB is too small for them.
            32 * 1024,
            256,
            // Netty's 200 in 30 s is less than two reloads of a page with many modules.
            5000,
            10_000,
            1024,
            Integer.MAX_VALUE,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            // A browser whose user has paused a download takes nothing either.
            Duration.ofMinutes(10));

    /** The same with another number of connections for each address of this machine. */
    public ClientLimits withLocalConnections(int count) {
        return new ClientLimits(
                headBytes,
                fields,
                targetBytes,
                streams,
                resets,
                idleFrames,
                connections,
                count,
                idle,
                head,
                body,
                reader);
    }

    /** The same with other limits on what HTTP/2 frames may ask for. */
    public ClientLimits withFrames(int newStreams, int newResets, int newIdleFrames) {
        return new ClientLimits(
                headBytes,
                fields,
                targetBytes,
                newStreams,
                newResets,
                newIdleFrames,
                connections,
                localConnections,
                idle,
                head,
                body,
                reader);
    }

    /** How many ticks must pass before a time is over for sure. */
    static int ticks(Duration time) {
        return Math.toIntExact(time.plusSeconds(ClientTicks.SECONDS - 1).toSeconds() / ClientTicks.SECONDS);
    }
}
