package dev.gotunnel.ui;

import java.text.MessageFormat;
import java.util.ResourceBundle;

/** The words of the desktop, from {@code messages.properties}. Any thread. */
public final class Messages {
    private static final ResourceBundle BUNDLE = ResourceBundle.getBundle("dev.gotunnel.ui.messages");

    private Messages() {}

    /** The text of a key as it is written. */
    public static String text(String key) {
        return BUNDLE.getString(key);
    }

    /**
     * The text of a key with its arguments filled in. Pass ports as strings: a number is grouped by thousands.
     */
    public static String format(String key, Object... arguments) {
        return new MessageFormat(BUNDLE.getString(key), BUNDLE.getLocale()).format(arguments);
    }
}
