package dev.gotunnel.policy;

import java.util.Locale;

/** Development servers that check {@code Host} or {@code Origin}, and refuse names that they were not told of. */
public enum DevServer {
    /** Vite: {@code server.allowedHosts}. */
    VITE,
    /** webpack-dev-server: {@code devServer.allowedHosts}. */
    WEBPACK,
    /** Next.js: {@code allowedDevOrigins}. */
    NEXT,
    /** Ruby on Rails: {@code config.hosts} and the origin check of its forgery protection. */
    RAILS,
    /** Django: {@code ALLOWED_HOSTS} and {@code CSRF_TRUSTED_ORIGINS}. */
    DJANGO;

    /** As it stands in the configuration. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
