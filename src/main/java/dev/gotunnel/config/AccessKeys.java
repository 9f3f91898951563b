package dev.gotunnel.config;

import dev.gotunnel.policy.Access;
import dev.gotunnel.policy.BasicUser;
import dev.gotunnel.policy.Network;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The keys {@code allow}, {@code deny} and {@code auth}. Those of a path stand in the place of its tunnel's, all three
 * together; so that none is lost unseen, a path that says one of them must say each that its tunnel has.
 */
final class AccessKeys {
    private static final List<String> NAMES = TunnelCatalogue.OF_CLIENTS.names();

    private AccessKeys() {}

    /**
     * Reads the three.
     *
     * @param of the tunnel's, when they are a path's
     */
    static @Nullable Access read(YamlReader reader, Section keys, @Nullable Access of) {
        requireUsers(keys, of != null);
        List<String> said = NAMES.stream()
                .filter(name -> !YamlReader.isAbsent(keys.node(name)))
                .toList();
        if (said.isEmpty()) {
            return null;
        }
        Access access = new Access(
                users(reader, keys.section("auth")),
                keys.parsedItems("allow", Network::parse),
                keys.parsedItems("deny", Network::parse));
        if (of != null) {
            for (String name : NAMES) {
                if (!said.contains(name) && !part(of, name).isEmpty()) {
                    keys.problem(
                            said.getFirst(),
                            "stands in the place of the tunnel's \"" + name + "\" too; repeat that here, or say \""
                                    + (name.equals("auth") ? "auth: {basic: []}" : name + ": []")
                                    + "\" to go without.");
                }
            }
        }
        return access;
    }

    /** What was meant to ask for a password, and has lost its users, is not to let everybody in. */
    private static void requireUsers(Section keys, boolean isPath) {
        Section auth = keys.quietSection("auth");
        boolean empty = YamlReader.isAbsent(auth.node("basic"))
                || (!isPath
                        && auth.node("basic") instanceof SequenceNode users
                        && users.getValue().isEmpty());
        if (keys.has("auth") && empty) {
            keys.problem(
                    "auth",
                    "names no user; list some below \"basic\", or "
                            + (isPath ? "say \"auth: {basic: []}\"" : "take \"auth\" out")
                            + " to let everybody in.");
        }
    }

    private static List<?> part(Access access, String name) {
        return switch (name) {
            case "allow" -> access.allow();
            case "deny" -> access.deny();
            default -> access.users();
        };
    }

    private static List<BasicUser> users(YamlReader reader, Section auth) {
        Set<String> names = new HashSet<>();
        List<BasicUser> users = auth.items("basic", (item, path) -> user(reader, item, path));
        for (BasicUser user : users) {
            if (!names.add(user.name())) {
                auth.problem("basic", "the user \"" + user.name() + "\" stands here twice.");
            }
        }
        return users;
    }

    private static @Nullable BasicUser user(YamlReader reader, Node node, String path) {
        Section keys = reader.section(node, path, TunnelCatalogue.USER);
        String name = keys.text("user");
        String hash = keys.text("password_hash");
        if (name == null || hash == null) {
            keys.hasNeeded("needs a \"user\" and a \"password_hash\".");
            return null;
        }
        return reader.made(node, path, () -> new BasicUser(name, hash));
    }

    /** The three as they are written: what is empty only where its absence would say something else. */
    static Map<String, Object> written(Access access, @Nullable Access of) {
        Map<String, Object> keys = new LinkedHashMap<>();
        for (String name : NAMES) {
            List<?> part = part(access, name);
            if (!part.isEmpty() || (of != null && !part(of, name).isEmpty())) {
                keys.put(
                        name,
                        name.equals("auth")
                                ? Map.of(
                                        "basic",
                                        access.users().stream()
                                                .map(AccessKeys::written)
                                                .toList())
                                : part.stream().map(Object::toString).toList());
            }
        }
        if (keys.isEmpty()) {
            keys.put("allow", List.of());
        }
        return keys;
    }

    private static Map<String, Object> written(BasicUser user) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("user", user.name());
        keys.put("password_hash", user.passwordHash());
        return keys;
    }
}
