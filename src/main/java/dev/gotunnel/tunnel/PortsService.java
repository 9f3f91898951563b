package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.PortHolder;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.HelperAnswer;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.PrivilegeManager;
import dev.gotunnel.privilege.Verb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets this user listen on ports 443 and 80, and takes that back. Noted in the journal before it is done. Any thread but
 * an event loop; calls that change something may wait for the user.
 */
public final class PortsService {
    /** How to allow it by hand, where there is no helper. */
    static final String BY_HAND =
            "To allow low ports until the next boot: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80";

    private static final Journal.Entry ENTRY = new Journal.Entry(
            "ports", "net.ipv4.ip_unprivileged_port_start", String.valueOf(EnginePorts.STANDARD.http()));

    private static final String REASON = "addresses are to need no port";
    private static final String REASON_BACK = "you no longer want it";

    private final Path setting;
    private final PrivilegeManager privileges;
    private final Elevation elevation;
    private final Journal journal;
    private final Refusals refusals;
    private final IntPredicate taken;
    private final IntFunction<Optional<PortHolder>> holders;

    /**
     * Works by a machine's privileged helper.
     *
     * @param root what stands for the root folder of the system's own files
     */
    public PortsService(
            Path root, PrivilegeManager privileges, Elevation elevation, Journal journal, Refusals refusals) {
        this(root, privileges, elevation, journal, refusals, PortHolder::isTaken, PortHolder::of);
    }

    PortsService(
            Path root,
            PrivilegeManager privileges,
            Elevation elevation,
            Journal journal,
            Refusals refusals,
            IntPredicate taken,
            IntFunction<Optional<PortHolder>> holders) {
        this.setting = root.resolve("etc/sysctl.d/60-gotunnel.conf");
        this.privileges = privileges;
        this.elevation = elevation;
        this.journal = journal;
        this.refusals = refusals;
        this.taken = taken;
        this.holders = holders;
    }

    /**
     * How it stands.
     *
     * @param engine the running engine; null when none runs
     */
    public PortsStatus status(@Nullable EngineInfo engine) {
        boolean permitted = isPermitted();
        List<PortsStatus.Port> ports = List.of(
                port(EnginePorts.STANDARD.https(), engine, engine == null ? null : engine.httpsPort()),
                port(EnginePorts.STANDARD.http(), engine, engine == null ? null : engine.httpPort()));
        return new PortsStatus(permitted, isEnabled(), ports, fix(permitted, ports));
    }

    private PortsStatus.Port port(int port, @Nullable EngineInfo engine, @Nullable Integer opened) {
        if (!taken.test(port)) {
            return new PortsStatus.Port(port, "free", null);
        }
        boolean ours = engine != null && opened != null && opened == port;
        String holder = holders.apply(port).map(PortHolder::toString).orElse("another user's process");
        return new PortsStatus.Port(port, ours ? "gotunnel" : "taken", holder);
    }

    private String fix(boolean permitted, List<PortsStatus.Port> ports) {
        if (!permitted) {
            return remedy();
        }
        return ports.stream()
                .filter(port -> port.state().equals("taken"))
                .findFirst()
                .map(port -> "Stop " + port.holder() + ", then: gotunnel ports enable")
                .orElse("");
    }

    /** How this user comes to listen on them. */
    public String remedy() {
        return elevation.isInstalled() ? "gotunnel ports enable" : BY_HAND;
    }

    /** Whether it can be allowed at all, if the user agrees. Asks nobody. */
    public boolean isWithinReach() {
        Outlook outlook = elevation.outlook(Verb.PORTS_ENABLE);
        return outlook == Outlook.GRANTED || outlook == Outlook.ASKS;
    }

    /** Whether the user would be asked if it were allowed now. Asks nobody. */
    public boolean wouldAsk() {
        return elevation.outlook(Verb.PORTS_ENABLE) == Outlook.ASKS;
    }

    /** Whether this user may listen on them, whoever allowed it. */
    public boolean isPermitted() {
        return privileges.canPerform(Permission.BIND_PRIVILEGED_PORTS);
    }

    /** Whether this user's gotunnel has allowed it. */
    public boolean isEnabled() {
        return journal.entries().contains(ENTRY);
    }

    /** Whether there is something of this user's to take back. Without a helper, the file for the next boot tells. */
    public boolean isLeft() {
        return isEnabled() && (elevation.isInstalled() || Files.exists(setting));
    }

    /** Where some user's gotunnel has allowed it for the time after the next boot; need not exist. */
    public Path setting() {
        return setting;
    }

    /** The helper counts who needs the ports: when the last of the others takes them back, they would close for us too. */
    private boolean isByOthersAlone() {
        return Files.exists(setting) && !isEnabled() && elevation.isInstalled();
    }

    /** What {@link #enable} would change, in words; empty when nothing needs to be changed. */
    public Optional<String> enabling() {
        if (!isPermitted()) {
            return Optional.of("let every user of this machine listen on the ports from 80 on"
                    + " (net.ipv4.ip_unprivileged_port_start=80, now and by " + setting + ")");
        }
        return isByOthersAlone()
                ? Optional.of("keep the ports open for you, too, when the others who opened them take that back")
                : Optional.empty();
    }

    /**
     * Allows it, where that is not so yet, or is so for other users alone.
     *
     * @return a sentence on what came of it
     * @throws GotunnelException {@code NOT_PERMITTED} when the user declines or nobody can be asked
     */
    public String enable() {
        if (isPermitted() && !isByOthersAlone()) {
            return "You may listen on 443 and 80.";
        }
        requireHelper();
        boolean noted = isEnabled();
        journal.note(ENTRY);
        try {
            HelperAnswer answer = elevation.ask(Verb.PORTS_ENABLE, Map.of(), REASON);
            refusals.forget(Permission.BIND_PRIVILEGED_PORTS);
            return answer.note().isEmpty() ? "You may listen on 443 and 80 from now on." : answer.note();
        } catch (GotunnelException e) {
            if (!noted && (!isPermitted() || e.code() == ErrorCode.NOT_PERMITTED)) {
                journal.forget(ENTRY);
            }
            throw e;
        }
    }

    private void requireHelper() {
        if (!elevation.isInstalled()) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel cannot open the ports 80 and 443: its helper is not installed.",
                    OperatingSystem.current() == OperatingSystem.LINUX ? BY_HAND : "Use the address with its port.");
        }
    }

    /** What {@link #disable} would change, in words; empty when nothing needs to be changed. */
    public Optional<String> disabling() {
        return isEnabled() || Files.exists(setting)
                ? Optional.of(
                        "take back that every user may listen on the ports from 80 on, unless others still need it"
                                + " (net.ipv4.ip_unprivileged_port_start as it was, without " + setting + ")")
                : Optional.empty();
    }

    /**
     * Takes back what {@link #enable} has allowed, or may have if the journal was lost: the helper knows for whom.
     *
     * @return a sentence on what came of it
     * @throws GotunnelException {@code NOT_PERMITTED} when the user declines or nobody can be asked
     */
    public String disable() {
        if (!isEnabled() && !Files.exists(setting)) {
            return "gotunnel has not opened the ports, so there is nothing to take back.";
        }
        return takeBack(REASON_BACK);
    }

    /**
     * Takes back what was allowed, whether the journal knows of it or not.
     *
     * @param reason a clause that tells what for
     * @return a sentence on what came of it
     * @throws GotunnelException {@code NOT_PERMITTED} when the user declines or nobody can be asked
     */
    public String takeBack(String reason) {
        HelperAnswer answer = elevation.ask(Verb.PORTS_DISABLE, Map.of(), reason);
        journal.forget(ENTRY);
        return answer.note().isEmpty() ? "The ports 80 and 443 need a permission again." : answer.note();
    }

    /** Forgets that it was allowed: somebody else has taken it back. */
    public void forget() {
        journal.forget(ENTRY);
    }
}
