package dev.gotunnel.trust;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * NSS by its own library, called in this process: no {@code certutil} has to be installed, and
 * {@code CERT_VerifyCertificateNow} tells what a browser would say. A defect there ends the process: only processes that
 * live for one command use it.
 *
 * <p>NSS knows one set of databases at a time. Each is opened by {@code NSS_InitContext} and closed before the next. What
 * modules a profile loads (smart cards and the like) stays out.
 */
final class NssLibrary implements NssAccess {
    private static final int NSS_INIT_READONLY = 0x1;
    private static final int NSS_INIT_NOMODDB = 0x4;
    private static final int NSS_INIT_NOROOTINIT = 0x10;

    private static final long CERTIFICATE_USAGE_SSL_SERVER = 0x2;

    /** {@code CERTDB_VALID_CA | CERTDB_TRUSTED_CA}: what certutil writes as {@code C}. */
    private static final int TRUSTED_FOR_SERVERS = 0x18;

    private static final int SUCCESS = 0;
    private static final MemorySegment NONE = MemorySegment.NULL;

    private final NssFunctions nss;

    private NssLibrary(NssFunctions nss) {
        this.nss = nss;
    }

    /**
     * Loads the library.
     *
     * @param browsers folders of browsers, which may have one of their own
     * @return empty when there is none that can be used
     */
    static Optional<NssLibrary> load(List<Path> browsers) {
        // The layouts below are those of 64-bit systems.
        return ADDRESS.byteSize() == Long.BYTES ? NssFunctions.load(browsers).map(NssLibrary::new) : Optional.empty();
    }

    @Override
    public synchronized List<X509Certificate> roots(Path database) {
        return with(database, NSS_INIT_READONLY, Session::roots);
    }

    @Override
    public synchronized void add(Path database, X509Certificate root) {
        with(database, 0, session -> session.add(root));
    }

    @Override
    public synchronized void remove(Path database, X509Certificate root) {
        with(database, 0, session -> session.remove(root));
    }

    @Override
    public synchronized Verdict verify(Path database, Leaf leaf, String name) {
        return with(database, NSS_INIT_READONLY, session -> session.verify(leaf, name));
    }

    @Override
    public synchronized boolean isEmpty(Path database) {
        return with(database, NSS_INIT_READONLY, Session::isEmpty);
    }

    private <T> T with(Path database, int flags, Function<Session, T> work) {
        try (Arena arena = Arena.ofConfined();
                Session session = new Session(database, flags, arena)) {
            return work.apply(session);
        }
    }

    private GotunnelException failure(String what, Path database) {
        return new GotunnelException(
                ErrorCode.IO,
                "NSS cannot " + what + " the certificates in " + database + " (" + nss.error() + ").",
                "Close the browser that uses them and run the command again; if the file is damaged, move it away: "
                        + database.resolve(NssStore.CERTIFICATES));
    }

    /** One database, open. Every object taken from NSS is given back, else NSS refuses to close. */
    private final class Session implements AutoCloseable {
        private final Path database;
        private final Arena arena;
        private final MemorySegment context;

        Session(Path database, int flags, Arena arena) {
            this.database = database;
            this.arena = arena;
            MemorySegment empty = text("");
            context = nss.pointer(
                    "NSS_InitContext",
                    text("sql:" + database),
                    empty,
                    empty,
                    text("secmod.db"),
                    NONE,
                    flags | NSS_INIT_NOMODDB | NSS_INIT_NOROOTINIT);
            if (context.address() == 0) {
                throw failure("open", database);
            }
        }

        private MemorySegment text(String text) {
            return arena.allocateFrom(text);
        }

        private <T> T withSlot(Function<MemorySegment, T> work) {
            MemorySegment slot = nss.pointer("PK11_GetInternalKeySlot");
            try {
                return work.apply(slot);
            } finally {
                nss.run("PK11_FreeSlot", slot);
            }
        }

        List<X509Certificate> roots() {
            return withSlot(slot -> {
                List<X509Certificate> found = new ArrayList<>();
                MemorySegment list = nss.pointer("PK11_ListCertsInSlot", slot);
                if (list.address() == 0) {
                    throw failure("list", database);
                }
                // A ring of nodes {next, previous, certificate}, of which the list itself is the anchor.
                MemorySegment node = field(list, 0);
                while (node.address() != list.address()) {
                    parse(field(node, 16)).filter(CertificateAuthority::isRoot).ifPresent(found::add);
                    node = field(node, 0);
                }
                nss.run("CERT_DestroyCertList", list);
                return found;
            });
        }

        /** The item {@code derCert} of a {@code CERTCertificate}: behind arena, names and the signed data. */
        private Optional<X509Certificate> parse(MemorySegment certificate) {
            MemorySegment der = field(certificate, 128);
            int length = certificate.reinterpret(144).get(JAVA_INT, 136);
            byte[] bytes = der.reinterpret(length).toArray(JAVA_BYTE);
            try {
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                return Optional.of((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
            } catch (CertificateException e) {
                // NSS takes more than Java does; what we wrote, Java reads.
                return Optional.empty();
            }
        }

        private static MemorySegment field(MemorySegment struct, long offset) {
            return struct.reinterpret(offset + Long.BYTES).get(ADDRESS, offset);
        }

        private <T> T withCertificate(X509Certificate certificate, BiFunction<MemorySegment, MemorySegment, T> work) {
            MemorySegment handle = nss.pointer("CERT_GetDefaultCertDB");
            MemorySegment item = item(certificate);
            MemorySegment taken = nss.pointer("CERT_NewTempCertificate", handle, item, NONE, 0, 1);
            if (taken.address() == 0) {
                throw failure("read", database);
            }
            try {
                return work.apply(handle, taken);
            } finally {
                nss.run("CERT_DestroyCertificate", taken);
            }
        }

        /** {@code struct SECItem {int type; unsigned char *data; unsigned int len;}}. */
        private MemorySegment item(X509Certificate certificate) {
            try {
                byte[] der = certificate.getEncoded();
                MemorySegment item = arena.allocate(24, 8);
                item.set(ADDRESS, 8, arena.allocateFrom(JAVA_BYTE, der));
                item.set(JAVA_INT, 16, der.length);
                return item;
            } catch (CertificateException e) {
                throw new IllegalArgumentException(e);
            }
        }

        boolean add(X509Certificate root) {
            return withSlot(slot -> {
                if (nss.number("PK11_NeedUserInit", slot) != 0) {
                    // A new database, which takes no trust before its password is set: to none.
                    require("set up", nss.number("PK11_InitPin", slot, NONE, text("")));
                }
                refuseLocked(slot);
                return withCertificate(root, (handle, certificate) -> {
                    String name = CertificateAuthority.nameOf(root);
                    require("add to", nss.number("PK11_ImportCert", slot, certificate, 0L, text(name), 0));
                    MemorySegment trust = arena.allocateFrom(JAVA_INT, TRUSTED_FOR_SERVERS, 0, 0);
                    require("add to", nss.number("CERT_ChangeCertTrust", handle, certificate, trust));
                    return true;
                });
            });
        }

        boolean remove(X509Certificate root) {
            return withSlot(slot -> {
                MemorySegment found = nss.pointer("PK11_FindCertFromDERCertItem", slot, item(root), NONE);
                if (found.address() == 0) {
                    return false;
                }
                try {
                    refuseLocked(slot);
                    require("remove from", nss.number("SEC_DeletePermCertificate", found));
                    return true;
                } finally {
                    nss.run("CERT_DestroyCertificate", found);
                }
            });
        }

        Verdict verify(Leaf leaf, String name) {
            return withCertificate(
                    leaf.chain().getLast(),
                    (ignored, intermediate) -> withCertificate(leaf.certificate(), (handle, certificate) -> {
                        int chain = nss.number(
                                "CERT_VerifyCertificateNow",
                                handle,
                                certificate,
                                1,
                                CERTIFICATE_USAGE_SSL_SERVER,
                                NONE,
                                NONE);
                        int named = nss.number("CERT_VerifyCertName", certificate, text(name));
                        return Verdict.of(chain == SUCCESS && named == SUCCESS);
                    }));
        }

        boolean isEmpty() {
            return withSlot(slot -> isEmpty(nss.pointer("PK11_ListCertsInSlot", slot), "CERT_DestroyCertList")
                    && isEmpty(nss.pointer("PK11_ListPrivKeysInSlot", slot, NONE, NONE), "SECKEY_DestroyPrivateKeyList")
                    && nss.pointer("PK11_ListFixedKeysInSlot", slot, NONE, NONE).address() == 0);
        }

        private boolean isEmpty(MemorySegment list, String destroy) {
            if (list.address() == 0) {
                return true;
            }
            boolean empty = field(list, 0).address() == list.address();
            nss.run(destroy, list);
            return empty;
        }

        /** With a password, trust is signed by a key that only the password opens. */
        private void refuseLocked(MemorySegment slot) {
            if (nss.number("PK11_NeedLogin", slot) != 0) {
                throw NssStore.passwordNeeded(database);
            }
        }

        private void require(String what, int status) {
            if (status != SUCCESS) {
                throw failure(what, database);
            }
        }

        @Override
        public void close() {
            if (nss.number("NSS_ShutdownContext", context) != SUCCESS) {
                throw failure("close", database);
            }
        }
    }
}
