package dev.gotunnel.doctor;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Finding;
import java.util.List;

/** One subject of the doctor's. Looks and changes nothing; may take some seconds. */
interface Check {
    /** The subject, as it stands in the findings. */
    String subject();

    /**
     * What there is to say of it, at least one finding.
     *
     * @throws GotunnelException when it could not be looked at; the doctor makes a finding of it
     */
    List<Finding> look();
}
