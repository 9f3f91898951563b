package dev.gotunnel.tunnel;

import java.security.cert.X509Certificate;

/** Who knows the machine's certificate authority. Calls may block for half a second. */
public interface RootOfTrust {
    /** The root certificate that clients are to trust; made now if this machine has none. */
    X509Certificate rootCertificate();
}
