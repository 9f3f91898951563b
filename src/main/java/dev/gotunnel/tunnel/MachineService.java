package dev.gotunnel.tunnel;

import java.security.cert.X509Certificate;

/**
 * What gotunnel has to do with the machine as a whole, the only door to it for commands, windows and the control API.
 * Calls may block for half a second.
 */
public interface MachineService {
    /** The root certificate that clients are to trust; made now if this machine has none. */
    X509Certificate rootCertificate();
}
