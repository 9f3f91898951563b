package dev.gotunnel.proxy;

import dev.gotunnel.policy.BasicUser;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.jspecify.annotations.Nullable;

/**
 * Passwords by the Basic scheme (RFC 7617) against bcrypt hashes. A hash takes tens of milliseconds by design: it is
 * computed off the event loop, a few at a time, and a password that was right is remembered for some minutes by a keyed
 * digest that nobody can compute outside of this process. Any thread.
 */
final class BasicAuth {
    private static final String SCHEME = "Basic ";
    private static final int MAX_REMEMBERED = 1000;
    private static final int MAX_CREDENTIALS = 1024;
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** Guessing gets no more of the machine than this. */
    private static final int CHECKS_AT_ONCE = 2;

    /** Who guesses must not keep the others waiting for long, nor fill the memory. */
    private static final int MAX_WAITING = 64;

    private static final int MAX_WAITING_EACH = 8;

    /** A user that does not exist costs as much time as one that does. */
    private static final String NOBODY = "$abcdefghijklmnopqrstuuKHI5tcyVjOLiUsqBRPrTWTfVKRvOQw.";

    /** Where a bcrypt hash says its cost: {@code $2b$10$…}. */
    private static final int COST_AT = 4;

    private final List<BasicUser> users;
    private final String realm;
    private final String nobody;
    private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE, true);
    private final Map<String, CompletableFuture<Boolean>> running = new HashMap<>();
    private final Map<String, Integer> waitingOf = new HashMap<>();
    private final Map<String, Long> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    BasicAuth(List<BasicUser> users, String realm) {
        this.users = users;
        this.realm = realm;
        this.nobody = "$2b$"
                + users.stream()
                        .map(user -> user.passwordHash().substring(COST_AT, COST_AT + 2))
                        .max(String::compareTo)
                        .orElse("10")
                + NOBODY;
    }

    /** The credentials of a request; null when it brings none of this scheme. */
    static @Nullable String credentials(HttpHeaders headers) {
        String field = headers.get(HttpHeaderNames.AUTHORIZATION);
        return field == null
                        || field.length() > MAX_CREDENTIALS
                        || !field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? null
                : field.substring(SCHEME.length()).strip();
    }

    /** Whether credentials have been found right a short time ago. Quick. */
    boolean remembers(String credentials) {
        String digest = KeyedDigest.of(credentials);
        synchronized (remembered) {
            Long until = remembered.get(digest);
            return until != null && System.nanoTime() - until < 0;
        }
    }

    /**
     * Finds out whether credentials are right. Those that are being checked already are not checked twice, as a page's many
     * requests would otherwise have it.
     *
     * @param client the address that they come from
     * @param worker where that takes its time
     * @return null when too many wait for that, from this address or from all
     */
    @Nullable
    CompletableFuture<Boolean> check(String credentials, String client, Executor worker) {
        String digest = KeyedDigest.of(credentials);
        CompletableFuture<Boolean> check;
        synchronized (running) {
            CompletableFuture<Boolean> same = running.get(digest);
            if (same != null) {
                return same;
            }
            if (running.size() >= MAX_WAITING || waitingOf.getOrDefault(client, 0) >= MAX_WAITING_EACH) {
                return null;
            }
            check = new CompletableFuture<>();
            running.put(digest, check);
            waitingOf.merge(client, 1, Integer::sum);
        }
        worker.execute(() -> {
            boolean right = false;
            try {
                right = isRight(credentials);
                if (right) {
                    remember(digest);
                }
            } finally {
                synchronized (running) {
                    running.remove(digest);
                    waitingOf.computeIfPresent(client, (_, count) -> count > 1 ? count - 1 : null);
                }
                check.complete(right);
            }
        });
        return check;
    }

    private void remember(String digest) {
        synchronized (remembered) {
            remembered.put(digest, System.nanoTime() + REMEMBERED_NANOS);
        }
    }

    private boolean isRight(String credentials) {
        String text;
        try {
            text = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return false;
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return false;
        }
        String name = text.substring(0, colon);
        BasicUser user = users.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
        checks.acquireUninterruptibly();
        try {
            boolean right = OpenBSDBCrypt.checkPassword(
                    user == null ? nobody : user.passwordHash(),
                    text.substring(colon + 1).toCharArray());
            return right && user != null;
        } catch (IllegalArgumentException e) {
            // bcrypt takes passwords of 1 to 72 bytes.
            return false;
        } finally {
            checks.release();
        }
    }

    /** What asks for a password. */
    ErrorPage challenge() {
        return ErrorPage.unauthorized(realm);
    }
}
