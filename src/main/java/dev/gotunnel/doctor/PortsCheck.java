package dev.gotunnel.doctor;

import dev.gotunnel.platform.PortHolder;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Repair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Whether addresses can do without a port: who holds 443 and 80, and whether gotunnel may. */
final class PortsCheck implements Check {
    private static final int HTTPS = 443;
    private static final List<Integer> LOW = List.of(HTTPS, 80);
    private static final int PATIENCE_MILLIS = 1000;

    private final Supplier<Optional<EngineInfo>> running;
    private final PortsService ports;
    private final IntFunction<Optional<String>> holder;
    private final Runnable lookAgain;

    /**
     * @param holder who listens on a port, in words; empty when nobody does
     * @param lookAgain tells the running engine that ports may have become free to it
     */
    PortsCheck(
            Supplier<Optional<EngineInfo>> running,
            PortsService ports,
            IntFunction<Optional<String>> holder,
            Runnable lookAgain) {
        this.running = running;
        this.ports = ports;
        this.holder = holder;
        this.lookAgain = lookAgain;
    }

    /** Who listens on a port of this machine, also when the system does not tell who it is. */
    static Optional<String> holderOf(int port) {
        Optional<String> known = PortHolder.of(port).map(PortHolder::toString);
        return known.isPresent() || !answers(port) ? known : Optional.of("a program of another user");
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String subject() {
        return "ports";
    }

    @Override
    public List<Finding> look() {
        Optional<EngineInfo> engine = running.get();
        List<Finding> found = new ArrayList<>();
        for (int port : LOW) {
            Optional<String> other = holder.apply(port)
                    .filter(name -> engine.isEmpty()
                            || !name.contains("pid " + engine.get().pid() + ")"));
            other.ifPresent(name -> found.add(Finding.warning(
                    subject(),
                    "Port " + port + " is held by " + name + ".",
                    port == HTTPS
                            ? "Addresses of tunnels carry a port, such as https://shop.localhost:8443."
                            : "http:// without a port leads there and not to the redirect to HTTPS.",
                    "Stop that program and start the tunnels again, or go on with the port.")));
        }
        if (found.isEmpty() && !ports.isPermitted()) {
            ports.enabling().map(this::forbidden).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            found.add(Finding.ok(
                    subject(),
                    engine.filter(info -> info.httpsPort() != null)
                            .map(info -> "Tunnels answer on " + info.httpsPort() + " and " + info.httpPort() + ".")
                            .orElse("443 and 80 are free, and gotunnel may listen there.")));
        }
        return found;
    }

    private Finding forbidden(String change) {
        Finding finding = Finding.warning(
                subject(),
                "Ports 443 and 80 are free, but gotunnel may not listen there.",
                "Addresses of tunnels carry a port, such as https://shop.localhost:8443.",
                ports.remedy());
        return ports.isWithinReach()
                ? finding.mendedBy(new Repair(change, ports.wouldAsk(), () -> {
                    ports.enable();
                    lookAgain.run();
                }))
                : finding;
    }
}
