package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The path of a key, as problems, {@code config get} and {@code --set} write it: {@code server.https_port},
 * {@code tunnels[0].port}, or {@code tunnels[web].port} by the item's name. A name with a dot stands in brackets too.
 *
 * @param steps from the top of the document
 * @param key what the catalogue says of the last key on it
 * @param type what may stand there: the key's type, or that of one of its items
 */
record KeyPath(List<Step> steps, Key key, Type type) {
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]]+)|\\[([^\\]]+)\\]");

    /**
     * One step down.
     *
     * @param name the key, or the item
     * @param ofItem whether it is one of a list: its number, or its name
     */
    record Step(String name, boolean ofItem) {}

    /**
     * Reads a path.
     *
     * @throws GotunnelException {@code USAGE} when there is no such key
     */
    static KeyPath parse(String text) {
        List<Step> steps = new ArrayList<>();
        Type type = new MappingOf(Catalogue.ROOT);
        Key key = null;
        Matcher matcher = STEP.matcher(text);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            end = matcher.end();
            boolean bracket = matcher.group(2) != null;
            String name = bracket ? matcher.group(2) : matcher.group(1);
            Type container = type instanceof Either(Type _, Type full) ? full : type;
            switch (container) {
                case MappingOf(Keys keys) when !bracket -> {
                    key = find(text, name, keys);
                    type = key.type();
                    steps.add(new Step(name, false));
                }
                case ByName(String _, Type value) -> {
                    type = value;
                    steps.add(new Step(name, false));
                }
                case ItemsOf(Type item) when bracket -> {
                    type = item;
                    steps.add(new Step(name, true));
                }
                default -> throw unknown(text, container instanceof ItemsOf
                        ? "Say which item: " + text.substring(0, matcher.start()) + "[0], or its name in the brackets."
                        : "See them all: gotunnel config show");
            }
        }
        if (key == null || end != text.length()) {
            throw unknown(text, "See them all: gotunnel config show");
        }
        return new KeyPath(List.copyOf(steps), key, type);
    }

    private static Key find(String text, String name, Keys keys) {
        @Nullable Key key = keys.find(name);
        if (key == null) {
            String meant = YamlReader.suggestion(name, keys.names());
            throw unknown(text, "Known here: " + String.join(", ", keys.names()) + "." + meant);
        }
        return key;
    }

    private static GotunnelException unknown(String text, String hint) {
        return new GotunnelException(ErrorCode.USAGE, "There is no key \"" + text + "\".", hint);
    }

    /** The path as problems write it. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            if (step.ofItem || step.name.contains(".")) {
                text.append('[').append(step.name).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step.name);
            }
        }
        return text.toString();
    }
}
