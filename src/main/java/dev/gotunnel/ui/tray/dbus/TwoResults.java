package dev.gotunnel.ui.tray.dbus;

import org.freedesktop.dbus.Tuple;
import org.freedesktop.dbus.annotations.Position;

/**
 * A method's reply that consists of two values.
 *
 * @param <A> type of the first
 * @param <B> type of the second
 */
public final class TwoResults<A, B> extends Tuple {

    /** The first value. */
    @Position(0)
    public final A first;

    /** The second value. */
    @Position(1)
    public final B second;

    /** Both values. */
    public TwoResults(A first, B second) {
        this.first = first;
        this.second = second;
    }
}
