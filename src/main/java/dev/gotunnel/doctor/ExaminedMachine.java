package dev.gotunnel.doctor;

import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.InstalledHelper;
import dev.gotunnel.trust.CommandRunner;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.RootOfTrust;
import dev.gotunnel.tunnel.TrustService;
import dev.gotunnel.tunnel.Tunnel;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the checks look at.
 *
 * @param version this program's
 * @param configuration the configuration file
 * @param authority the certificate authority
 * @param trusted whether programs trust a root of ours by what is noted
 * @param running who owns the engine; fails when it does not answer
 * @param tunnels those that run and those that are saved; fails when it cannot be told
 * @param lookAgain tells the running engine that names and ports may be had by now
 * @param helper the privileged helper, be it there or not
 */
public record ExaminedMachine(
        String version,
        AppDirectories directories,
        Path configuration,
        RootOfTrust authority,
        BooleanSupplier trusted,
        TrustService trust,
        FileJournal journal,
        HostsService hosts,
        PortsService ports,
        CommandRunner commands,
        Supplier<Optional<EngineInfo>> running,
        Supplier<List<Tunnel>> tunnels,
        Runnable lookAgain,
        InstalledHelper helper,
        Clock clock) {
    /** A check for each subject, in the order of telling. */
    List<Check> checks() {
        OperatingSystem system = OperatingSystem.current();
        NameService names = NameService.of(system, Path.of("/"));
        Path data = directories.data();
        return List.of(
                new ConfigurationCheck(configuration),
                new FoldersCheck(directories),
                new JournalCheck(journal),
                new EngineCheck(version, directories.controlSocket(), running),
                new HelperCheck(helper, version, commands),
                new PortsCheck(running, ports, PortsCheck::holderOf, lookAgain),
                new ClockCheck(data, clock, system),
                new CertificatesCheck(data, authority, trusted, clock),
                new TrustCheck(trust, data.resolve("ca")),
                new NamesCheck(tunnels, InetAddress::getAllByName, names, hosts, lookAgain),
                new MdnsCheck(names, MdnsCheck.PORT),
                new BackendsCheck(tunnels, BackendsCheck::answers));
    }
}
