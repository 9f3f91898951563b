package dev.gotunnel.proxy;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection to a backend did not come about.
 *
 * @param reason a short clause for people, such as {@code connection refused}
 * @param hint what to do about it when that is not simply to start the backend, as a sentence
 */
record ConnectFailure(String reason, @Nullable String hint) {
    private static final String TRUST_IT =
            "Name the file of its issuer with tls.upstream_ca, or take any certificate with tls.upstream_verify: false.";
    /** What to do about a backend that does not answer in TLS. */
    static final String PLAIN_HTTP = "If it serves plain HTTP, write http:// in place of https://.";

    private static final String NO_TLS = "it does not speak TLS";

    /** A failure that the engine words itself. */
    static final class Worded extends IOException {
        private final ConnectFailure failure;

        Worded(String reason, @Nullable String hint) {
            super(reason);
            failure = new ConnectFailure(reason, hint);
        }
    }

    static ConnectFailure of(Throwable cause) {
        if (cause instanceof Worded worded) {
            return worded.failure;
        }
        if (cause instanceof ConnectTimeoutException) {
            return new ConnectFailure("no answer", null);
        }
        if (cause instanceof UnknownHostException) {
            return new ConnectFailure("its name does not resolve", null);
        }
        if (cause instanceof SSLException) {
            return ofHandshake(cause);
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof FileNotFoundException || message.contains("No such file")) {
            return new ConnectFailure("there is no such socket", null);
        }
        if (message.contains("Permission denied")) {
            return new ConnectFailure("permission denied", "Allow this user to write to the socket's file.");
        }
        return new ConnectFailure(message.contains("refused") ? "connection refused" : "connection failed", null);
    }

    /** Whether another look at the files of trusted issuers might help. */
    boolean isAboutTrust() {
        return TRUST_IT.equals(hint);
    }

    private static ConnectFailure ofHandshake(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return new ConnectFailure(NO_TLS, PLAIN_HTTP);
            }
            boolean ended = cause instanceof ClosedChannelException
                    || (cause instanceof IOException && !(cause instanceof SSLException))
                    || String.valueOf(cause.getMessage()).startsWith("Connection closed while");
            if (ended) {
                return new ConnectFailure("it closed the connection during the TLS handshake", PLAIN_HTTP);
            }
            if (cause instanceof CertificateExpiredException || isReason(cause, BasicReason.EXPIRED)) {
                return new ConnectFailure("its certificate has expired", TRUST_IT);
            }
            if (cause instanceof CertificateNotYetValidException || isReason(cause, BasicReason.NOT_YET_VALID)) {
                return new ConnectFailure("its certificate is not valid yet", TRUST_IT);
            }
            if (cause instanceof CertPathBuilderException) {
                return new ConnectFailure("its certificate is not trusted", TRUST_IT);
            }
        }
        return ofMessages(failure);
    }

    private static boolean isReason(Throwable cause, BasicReason reason) {
        return cause instanceof CertPathValidatorException path && path.getReason() == reason;
    }

    /** What only the wording tells: the JDK's for names, BoringSSL's for protocols. */
    private static ConnectFailure ofMessages(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage()).toUpperCase(Locale.ROOT);
            if (cause instanceof CertificateException) {
                boolean name = message.startsWith("NO SUBJECT ALTERNATIVE") || message.startsWith("NO NAME MATCHING");
                return new ConnectFailure(
                        name ? "its certificate is for another name" : "its certificate is not trusted",
                        name ? "Set tls.upstream_server_name to the name in it. " + TRUST_IT : TRUST_IT);
            }
            if (message.contains("WRONG_VERSION_NUMBER") || message.contains("HTTP_REQUEST")) {
                return new ConnectFailure(NO_TLS, PLAIN_HTTP);
            }
        }
        return new ConnectFailure("its TLS handshake failed", null);
    }
}
