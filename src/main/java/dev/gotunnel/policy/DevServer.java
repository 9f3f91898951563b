package dev.gotunnel.policy;

import java.util.Locale;

/** Development servers that check {@code Host} or {@code Origin}, and refuse names that they were not told of. */
public enum DevServer {
    /** Vite: {@code server.allowedHosts}. */
    VITE("Vite"),
    /** webpack-dev-server: {@code devServer.allowedHosts}. */
    WEBPACK("webpack-dev-server"),
    /** Next.js: {@code allowedDevOrigins}. */
    NEXT("Next.js"),
    /** Ruby on Rails: {@code config.hosts} and the origin check of its forgery protection. */
    RAILS("Rails"),
    /** Django: {@code ALLOWED_HOSTS} and {@code CSRF_TRUSTED_ORIGINS}. */
    DJANGO("Django");

    private final String product;

    DevServer(String product) {
        this.product = product;
    }

    /** What it is called. */
    public String product() {
        return product;
    }

    /** As it stands in the configuration. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
