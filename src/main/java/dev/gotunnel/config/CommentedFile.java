package dev.gotunnel.config;

import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Whole;
import dev.gotunnel.config.Type.Words;
import dev.gotunnel.platform.OperatingSystem;

/** The file that {@code config init} writes: every key of the program itself, commented out, with what it does. */
final class CommentedFile {
    private static final int COLUMN = 28;

    private CommentedFile() {}

    static String text() {
        StringBuilder text = new StringBuilder("""
                # What gotunnel goes by. Each key stands here with what applies without it: take the "# " away from a line, and
                # from those above it that it belongs to, and change the value. All keys, those of tunnels too, stand in
                # docs/CONFIGURATION.md; "gotunnel config show --origin" tells what applies, "gotunnel config schema" helps editors.
                version: 1

                """);
        for (Key key : Catalogue.ROOT.all()) {
            if (key.type() instanceof MappingOf(Keys keys)) {
                mapping(text, key, keys, "");
                text.append('\n');
            }
        }
        text.append("""
                # tunnels:                  # those of the profile "default"; "gotunnel start … --save" adds to them
                #   - name: web
                #     domain: shop            # https://shop.localhost
                #     port: 3000
                # profiles:                 # others, by name; used with --profile NAME
                #   work:
                #     tunnels:
                #       - domain: api.client
                #         backends: ["http://localhost:8080", "http://localhost:8081"]
                """);
        return text.toString();
    }

    private static void mapping(StringBuilder text, Key key, Keys keys, String indent) {
        line(text, indent + key.name() + ":", key.meaning());
        for (Key inside : keys.all()) {
            if (inside.type() instanceof MappingOf(Keys below)) {
                mapping(text, inside, below, indent + "  ");
            } else {
                String without = Forms.without(inside);
                String told = inside.meaning() + "; " + Forms.of(inside.type())
                        + (inside.fallback() == null && !without.isEmpty() ? "; default: " + without : "");
                line(text, indent + "  " + inside.name() + ": " + example(inside), told);
            }
        }
    }

    private static void line(StringBuilder text, String yaml, String told) {
        String plain = told.replaceAll("\\[([^\\]]+)\\]\\([^)]+\\)", "$1").replace("`", "");
        text.append("# ").append(yaml);
        text.append(" ".repeat(Math.max(1, COLUMN - 2 - yaml.length())));
        text.append("# ").append(plain).append('\n');
    }

    /** What applies without the key, or something that could be said. */
    private static String example(Key key) {
        if (key.fallback() != null) {
            return key.without(OperatingSystem.LINUX);
        }
        return switch (key.type()) {
            case Whole(int min, int _) -> String.valueOf(min);
            case Words words -> words.words().getFirst();
            case ItemsOf _ -> "[]";
            default -> "";
        };
    }
}
