package dev.gotunnel.ui.tray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TrayMenu} with the numbers under which a panel knows its entries. Immutable; the next menu is derived from
 * the previous one so that an entry keeps its number, and an open submenu stays open while its contents change. A
 * number is never used for another entry later: a click that was on its way when its entry went away does nothing.
 */
final class MenuTree {

    /** The number of the menu itself. */
    static final int ROOT = 0;

    private final Node root;
    private final int nextId;
    private final int revision;
    private final Map<Integer, Node> byId = new HashMap<>();

    private MenuTree(Node root, int nextId, int revision) {
        this.root = root;
        this.nextId = nextId;
        this.revision = revision;
        index(root);
    }

    /** The tree before the first menu. */
    static MenuTree empty() {
        return new MenuTree(new Node(ROOT, new TrayItem.SubMenu("", List.of()), List.of()), ROOT + 1, 1);
    }

    /** The tree of the next menu. Its revision differs from this one's if entries came, went or moved. */
    MenuTree next(TrayMenu menu) {
        Numbering numbering = new Numbering(nextId);
        Node newRoot = numbering.build(ROOT, new TrayItem.SubMenu("", menu.items()), root.children());
        boolean sameShape = shape(newRoot).equals(shape(root));
        return new MenuTree(newRoot, numbering.nextId, sameShape ? revision : revision + 1);
    }

    /** Grows whenever entries come, go or move; starts at 1. */
    int revision() {
        return revision;
    }

    /** The menu itself. */
    Node root() {
        return root;
    }

    /** The entry with that number. */
    Optional<Node> find(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** All entries but the menu itself. */
    List<Node> entries() {
        return byId.values().stream().filter(node -> node.id() != ROOT).toList();
    }

    /** The entries that were there before with other properties. */
    List<Node> changedSince(MenuTree before) {
        return entries().stream()
                .filter(node -> before.find(node.id())
                        .filter(old -> !old.properties().equals(node.properties()))
                        .isPresent())
                .toList();
    }

    private void index(Node node) {
        byId.put(node.id(), node);
        node.children().forEach(this::index);
    }

    private static List<Object> shape(Node node) {
        List<Object> shape = new ArrayList<>();
        shape.add(node.id());
        node.children().forEach(child -> shape.add(shape(child)));
        return shape;
    }

    /**
     * One numbered entry.
     *
     * @param id its number
     * @param item what it shows and does
     * @param children the entries of a submenu, else empty
     */
    record Node(int id, TrayItem item, List<Node> children) {

        /** The properties dbusmenu knows, by name: strings, booleans and integers. Those at their default are absent. */
        Map<String, Object> properties() {
            Map<String, Object> properties = new LinkedHashMap<>();
            switch (item) {
                case TrayItem.Separator() -> properties.put("type", "separator");
                case TrayItem.Heading(String label) -> describe(properties, label, false);
                case TrayItem.Action(String label, boolean enabled, Runnable _) -> describe(properties, label, enabled);
                case TrayItem.Toggle(String label, boolean checked, boolean enabled, Runnable _) -> {
                    describe(properties, label, enabled);
                    properties.put("toggle-type", "checkmark");
                    properties.put("toggle-state", checked ? 1 : 0);
                }
                case TrayItem.SubMenu(String label, List<TrayItem> _) -> {
                    if (id != ROOT) {
                        describe(properties, label, true);
                    }
                    properties.put("children-display", "submenu");
                }
            }
            return properties;
        }

        /** What choosing the entry runs; empty for those that cannot be chosen now. */
        Optional<Runnable> action() {
            return switch (item) {
                case TrayItem.Action(String _, boolean enabled, Runnable run) when enabled -> Optional.of(run);
                case TrayItem.Toggle(String _, boolean _, boolean enabled, Runnable run)
                when enabled -> Optional.of(run);
                default -> Optional.empty();
            };
        }

        private static void describe(Map<String, Object> properties, String label, boolean enabled) {
            // a single underscore would mark the next letter as the key for the entry
            properties.put("label", label.replace("_", "__"));
            properties.put("enabled", enabled);
        }
    }

    /** Gives numbers to a new menu: those of the old one where an entry can be recognised, else new ones. */
    private static final class Numbering {

        private int nextId;

        Numbering(int nextId) {
            this.nextId = nextId;
        }

        Node build(int id, TrayItem item, List<Node> oldChildren) {
            List<TrayItem> items = item instanceof TrayItem.SubMenu(String _, List<TrayItem> inner) ? inner : List.of();
            List<@Nullable Node> olds = recognise(items, oldChildren);
            List<Node> children = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                Node old = olds.get(i);
                children.add(
                        old == null
                                ? build(nextId++, items.get(i), List.of())
                                : build(old.id(), items.get(i), old.children()));
            }
            return new Node(id, item, List.copyOf(children));
        }

        /**
         * For each new entry the old one it continues, or null. First those of the same kind and label, in order; then,
         * of what is left, those of the same kind in the same place: the label changed.
         */
        private static List<@Nullable Node> recognise(List<TrayItem> items, List<Node> oldChildren) {
            List<@Nullable Node> result = new ArrayList<>();
            Set<Integer> taken = new HashSet<>();
            for (TrayItem item : items) {
                Node match = null;
                for (Node old : oldChildren) {
                    if (match == null
                            && !taken.contains(old.id())
                            && sameKind(old.item(), item)
                            && Objects.equals(label(old.item()), label(item))) {
                        match = old;
                        taken.add(old.id());
                    }
                }
                result.add(match);
            }
            for (int i = 0; i < Math.min(items.size(), oldChildren.size()); i++) {
                Node old = oldChildren.get(i);
                if (result.get(i) == null && !taken.contains(old.id()) && sameKind(old.item(), items.get(i))) {
                    result.set(i, old);
                    taken.add(old.id());
                }
            }
            return result;
        }

        private static boolean sameKind(TrayItem a, TrayItem b) {
            return a.getClass().equals(b.getClass());
        }

        private static String label(TrayItem item) {
            return switch (item) {
                case TrayItem.Action action -> action.label();
                case TrayItem.Toggle toggle -> toggle.label();
                case TrayItem.SubMenu menu -> menu.label();
                case TrayItem.Heading heading -> heading.label();
                case TrayItem.Separator() -> "";
            };
        }
    }
}
