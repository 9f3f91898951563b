package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.ui.tray.dbus.Pixmap;
import dev.gotunnel.ui.tray.dbus.StatusNotifierItem;
import dev.gotunnel.ui.tray.dbus.ToolTip;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.errors.PropertyReadOnly;
import org.freedesktop.dbus.errors.UnknownProperty;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.Variant;

/**
 * The icon as panels read it over the bus. {@link #show} and {@link #show(PanelTone)} may come from different threads;
 * the panel's questions come on the bus's threads and see one consistent look.
 */
final class ItemOnBus implements StatusNotifierItem, Properties {

    /** Where panels expect the icon in a connection that registered by its name. */
    static final String PATH = "/StatusNotifierItem";

    private static final String INTERFACE = "org.kde.StatusNotifierItem";
    private static final String PIXMAPS = "a(iiay)";

    private final SessionBus bus;
    private final TrayIcons icons;
    private final TrayCallbackThread callbackThread;
    private final TrayCallbacks callbacks;
    private volatile Look look = new Look(TrayState.IDLE, PanelTone.DARK, Tray.APPLICATION);

    ItemOnBus(SessionBus bus, TrayIcons icons, TrayCallbackThread callbackThread, TrayCallbacks callbacks) {
        this.bus = bus;
        this.icons = icons;
        this.callbackThread = callbackThread;
        this.callbacks = callbacks;
    }

    /** Changes icon and tooltip and tells the panels. */
    synchronized void show(TrayState state, String tooltip) {
        change(new Look(state, look.tone(), tooltip));
    }

    /** Changes to the glyph for that panel and tells the panels. */
    synchronized void show(PanelTone tone) {
        change(new Look(look.state(), tone, look.tooltip()));
    }

    private void change(Look after) {
        Look before = look;
        look = after;
        if (before.state() != after.state() || before.tone() != after.tone()) {
            signal("NewIcon");
            signal("NewAttentionIcon");
        }
        if (!before.status().equals(after.status())) {
            bus.emit(PATH, INTERFACE, "NewStatus", "s", after.status());
        }
        if (!before.tooltip().equals(after.tooltip())) {
            signal("NewToolTip");
            signal("NewTitle"); // some panels show the title where others show the tooltip
        }
    }

    private void signal(String member) {
        bus.emit(PATH, INTERFACE, member, "");
    }

    @Override
    public void contextMenu(int x, int y) {
        // asked only by panels that cannot draw the menu we offer; there is nothing we could draw it with
    }

    @Override
    public void activate(int x, int y) {
        callbackThread.run("Click on the tray icon", callbacks::activated);
    }

    @Override
    public void secondaryActivate(int x, int y) {
        activate(x, y);
    }

    @Override
    public void scroll(int delta, String orientation) {
        // means nothing here
    }

    @Override
    public Map<String, Variant<?>> GetAll(String interfaceName) {
        Map<String, Variant<?>> all = new LinkedHashMap<>();
        if (interfaceName.equals(INTERFACE)) {
            Look now = look;
            all.put("Category", new Variant<>("ApplicationStatus"));
            all.put("Id", new Variant<>(Tray.APPLICATION));
            all.put("Title", new Variant<>(now.tooltip()));
            all.put("Status", new Variant<>(now.status()));
            all.put("WindowId", new Variant<>(0));
            all.put("IconThemePath", new Variant<>(""));
            all.put("Menu", new Variant<>(new DBusPath(MenuOnBus.PATH)));
            all.put("ItemIsMenu", new Variant<>(false));
            all.put("IconName", new Variant<>(""));
            all.put("IconPixmap", pixmaps(now.state(), now.tone()));
            all.put("OverlayIconName", new Variant<>(""));
            all.put("OverlayIconPixmap", new Variant<>(List.of(), PIXMAPS));
            all.put("AttentionIconName", new Variant<>(""));
            all.put("AttentionIconPixmap", pixmaps(TrayState.ATTENTION, now.tone()));
            all.put("AttentionMovieName", new Variant<>(""));
            all.put("ToolTip", new Variant<>(new ToolTip("", List.of(), now.tooltip(), ""), "(sa(iiay)ss)"));
        }
        return all;
    }

    private Variant<?> pixmaps(TrayState state, PanelTone tone) {
        List<Pixmap> pixmaps = icons.images(state, tone).stream()
                .map(image -> new Pixmap(image.width(), image.height(), image.argb()))
                .toList();
        return new Variant<>(pixmaps, PIXMAPS);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the library's signature
    public <A> A Get(String interfaceName, String name) {
        Variant<?> value = GetAll(interfaceName).get(name);
        if (value == null) {
            throw new UnknownProperty("There is no property " + name);
        }
        return (A) value;
    }

    @Override
    public <A> void Set(String interfaceName, String name, A value) {
        throw new PropertyReadOnly(name + " cannot be set");
    }

    @Override
    public String getObjectPath() {
        return PATH;
    }

    private record Look(TrayState state, PanelTone tone, String tooltip) {
        String status() {
            return state == TrayState.ATTENTION ? "NeedsAttention" : "Active";
        }
    }
}
