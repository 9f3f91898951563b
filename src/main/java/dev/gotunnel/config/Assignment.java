package dev.gotunnel.config;

import dev.gotunnel.config.Source.Layer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;

/**
 * One key that is said outside of any file: by a variable of the environment, or by a flag.
 *
 * @param layer the environment or the flags
 * @param label what problems and origins call it: the variable, or the flag
 * @param key the key's path, such as {@code server.https_port} or {@code tunnels[web].port}
 * @param value what it is to be, as it would be typed
 */
public record Assignment(Source.Layer layer, String label, String key, String value) {
    /** One of a flag of its own, such as {@code --log-level}. */
    public static Assignment ofFlag(String flag, String key, String value) {
        return new Assignment(Layer.FLAG, flag, key, value);
    }

    /**
     * One of {@code --set KEY=VALUE}.
     *
     * @throws GotunnelException {@code USAGE} when there is no key
     */
    public static Assignment ofSet(String typed) {
        int sign = typed.indexOf('=');
        if (sign < 1) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "--set takes KEY=VALUE, not \"" + typed + "\".",
                    "For example: --set observability.logging.level=debug");
        }
        String key = typed.substring(0, sign).strip();
        return new Assignment(Layer.FLAG, "--set " + key, key, typed.substring(sign + 1));
    }

    Source source() {
        return new Source(layer, label, null);
    }
}
