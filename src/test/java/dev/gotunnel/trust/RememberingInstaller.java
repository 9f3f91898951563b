package dev.gotunnel.trust;

import java.security.cert.X509Certificate;
import java.util.List;

/** Stands for the privileged helper and remembers what it was asked for. */
record RememberingInstaller(List<String> done) implements SystemTrustInstaller {
    @Override
    public void install(X509Certificate root) {
        done.add("install");
    }

    @Override
    public void remove(X509Certificate root) {
        done.add("remove");
    }
}
