package dev.gotunnel.doctor;

import dev.gotunnel.tunnel.Finding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.List;

/** Whether names below {@code .local} can be looked up and told by mDNS: its port, and what the system does with it. */
final class MdnsCheck implements Check {
    /** RFC 6762; shared by all who speak it. */
    static final int PORT = 5353;

    private final NameService service;
    private final int port;

    MdnsCheck(NameService service, int port) {
        this.service = service;
        this.port = port;
    }

    @Override
    public String subject() {
        return "mdns";
    }

    @Override
    public List<Finding> look() {
        String lookups = service.asksByMdns()
                ? "this system looks .local names up by mDNS (an unknown one takes 5 s)"
                : "this system does not look .local names up by mDNS";
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            channel.bind(new InetSocketAddress(port));
            return List.of(Finding.ok(subject(), "UDP port " + port + " can be shared; " + lookups + "."));
        } catch (IOException e) {
            return List.of(Finding.note(
                    subject(),
                    "UDP port " + port + " is held by a program that does not share it; " + lookups + ".",
                    "Tunnels work all the same; names cannot be told to other machines.",
                    "See who holds it: sudo ss -ulnp 'sport = :" + port + "'"));
        }
    }
}
