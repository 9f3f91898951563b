package dev.gotunnel.doctor;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Tunnel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Whether something listens behind each tunnel. */
final class BackendsCheck implements Check {
    private static final int PATIENCE_MILLIS = 2000;

    private final Supplier<List<Tunnel>> tunnels;
    private final Predicate<String> answers;

    /**
     * @param answers whether a backend of this URL takes a connection
     */
    BackendsCheck(Supplier<List<Tunnel>> tunnels, Predicate<String> answers) {
        this.tunnels = tunnels;
        this.answers = answers;
    }

    @Override
    public String subject() {
        return "backends";
    }

    @Override
    public List<Finding> look() {
        List<Finding> found = new ArrayList<>();
        int up = 0;
        for (Tunnel tunnel : tunnels.get()) {
            for (Backend backend : tunnel.backends()) {
                if (answers.test(backend.url())) {
                    up++;
                } else {
                    found.add(silent(tunnel, backend));
                }
            }
        }
        if (found.isEmpty() || up > 0) {
            found.addFirst(Finding.ok(
                    subject(),
                    up == 0
                            ? "There is no tunnel yet, and so no backend."
                            : up == 1 ? "One backend answers." : up + " backends answer."));
        }
        return found;
    }

    private Finding silent(Tunnel tunnel, Backend backend) {
        String what = "Nothing answers on " + backend.url() + ", behind " + tunnel.id() + ".";
        return tunnel.state().serves()
                ? Finding.warning(
                        subject(),
                        what,
                        "Its pages say so until it does.",
                        "Start that server, or see what the tunnel is set to: gotunnel status " + tunnel.id())
                : Finding.note(subject(), what, "The tunnel does not run either.", "");
    }

    /** Tries a connection, as the engine does: {@code localhost} on all its addresses. */
    static boolean answers(String url) {
        try {
            BackendAddress address = BackendAddress.parse(url);
            return address.scheme() == BackendAddress.Scheme.UNIX
                    ? takesUnix(address.host())
                    : takesTcp(address.host(), address.port());
        } catch (GotunnelException | IOException e) {
            return false;
        }
    }

    private static boolean takesUnix(String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        }
    }

    private static boolean takesTcp(String host, int port) throws IOException {
        IOException last = new IOException("no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
                return true;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }
}
