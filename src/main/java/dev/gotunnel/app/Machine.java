package dev.gotunnel.app;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.doctor.ExaminedMachine;
import dev.gotunnel.doctor.MachineDoctor;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.removal.MachineRemoval;
import dev.gotunnel.tunnel.AuthorityRenewal;
import dev.gotunnel.tunnel.Doctor;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.HelperSuffixes;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Removal;
import dev.gotunnel.tunnel.TrustService;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;

/** The machine as one process sees it. */
record Machine(
        AppDirectories directories,
        CertificateStore certificates,
        TrustService trust,
        HostsService hosts,
        PortsService ports,
        AuthorityRenewal renewal,
        FileJournal journal,
        HelperSuffixes suffixes,
        Supplier<ExaminedMachine> examined)
        implements MachineService {
    @Override
    public X509Certificate rootCertificate() {
        return certificates.installCA();
    }

    @Override
    public String keyPlace() {
        return certificates.keyPlace();
    }

    @Override
    public Doctor doctor() {
        return new MachineDoctor(examined.get());
    }

    @Override
    public Removal removal(boolean purge) {
        return MachineRemoval.of(
                new MachineRemoval.Parts(
                        directories,
                        AppDirectories.home(),
                        hosts,
                        ports,
                        suffixes,
                        trust,
                        certificates::removeAuthority,
                        journal),
                purge);
    }
}
