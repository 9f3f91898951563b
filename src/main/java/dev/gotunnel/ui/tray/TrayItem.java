package dev.gotunnel.ui.tray;

import java.util.List;

/**
 * One entry of a {@link TrayMenu}. Labels are plain text: what an operating system treats as markup (underscores as
 * mnemonics) is escaped by the tray. The {@link Runnable}s run on the tray's callback thread, see {@link TrayCallbacks}.
 */
public sealed interface TrayItem {

    /**
     * An entry that does something once.
     *
     * @param label plain text
     * @param enabled whether it can be chosen; a disabled one is shown grey and never runs
     * @param run what it does, on the callback thread
     */
    record Action(String label, boolean enabled, Runnable run) implements TrayItem {

        /** An enabled action. */
        public Action(String label, Runnable run) {
            this(label, true, run);
        }
    }

    /**
     * An entry with a check mark. Choosing it changes nothing by itself: the mark moves when the next
     * {@link Tray#show} says so, hence it can never disagree with the application.
     *
     * @param label plain text
     * @param checked whether the mark is shown
     * @param enabled whether it can be chosen
     * @param run what choosing it does, on the callback thread
     */
    record Toggle(String label, boolean checked, boolean enabled, Runnable run) implements TrayItem {}

    /**
     * An entry that opens further entries.
     *
     * @param label plain text
     * @param items its entries; copied
     */
    record SubMenu(String label, List<TrayItem> items) implements TrayItem {

        /** Copies the entries. */
        public SubMenu {
            items = List.copyOf(items);
        }
    }

    /**
     * A line to read, not to choose.
     *
     * @param label plain text
     */
    record Heading(String label) implements TrayItem {}

    /** A thin line between groups. */
    record Separator() implements TrayItem {}
}
