package dev.gotunnel.ui.tray;

import java.awt.AWTError;
import java.awt.AWTException;
import java.awt.CheckboxMenuItem;
import java.awt.Dimension;
import java.awt.EventQueue;
import java.awt.GraphicsEnvironment;
import java.awt.Image;
import java.awt.Menu;
import java.awt.MenuItem;
import java.awt.PopupMenu;
import java.awt.SystemTray;
import java.awt.TrayIcon;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.awt.image.BaseMultiResolutionImage;
import java.awt.image.BufferedImage;
import java.beans.PropertyChangeListener;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tray of Windows and macOS, by the JDK's own {@link SystemTray}: there it is the native one. Image and menu
 * change on the AWT event thread only.
 */
final class AwtTray implements Tray {

    private static final Logger LOG = LoggerFactory.getLogger(AwtTray.class);

    private final SystemTray systemTray;
    private final TrayIcon icon;
    private final TrayIcons icons;
    private final PanelTone tone;
    private final TrayCallbackThread callbackThread = new TrayCallbackThread();
    private final TrayCallbacks callbacks;
    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final PropertyChangeListener trayChanged;

    private AwtTray(SystemTray systemTray, boolean mac, PanelTone tone, TrayIcons icons, TrayCallbacks callbacks) {
        this.systemTray = systemTray;
        this.icons = icons;
        this.tone = tone;
        this.callbacks = callbacks;
        this.icon = new TrayIcon(image(TrayState.IDLE), APPLICATION, new PopupMenu());
        icon.setImageAutoSize(true);
        if (!mac) { // on macOS a click opens the menu
            icon.addMouseListener(new MouseAdapter() {
                @Override
                public void mouseClicked(MouseEvent event) {
                    if (event.getButton() == MouseEvent.BUTTON1) {
                        callbackThread.run("Click on the tray icon", callbacks::activated);
                    }
                }
            });
        }
        trayChanged = change -> trayChanged(change.getNewValue() != null);
    }

    /**
     * Puts the icon into the tray.
     *
     * @param mac whether this is macOS, which colours the glyph itself
     * @return empty when there is no window system or it has no tray
     */
    static Optional<Tray> open(boolean mac, TrayIcons icons, TrayCallbacks callbacks) {
        if (mac) {
            // must be set before the first AWT class starts; makes macOS treat the glyph as a mask
            System.setProperty("apple.awt.enableTemplateImages", "true");
        }
        try {
            if (GraphicsEnvironment.isHeadless() || !SystemTray.isSupported()) {
                LOG.info("No tray: this desktop offers none");
                return Optional.empty();
            }
            PanelTone tone = mac ? PanelTone.LIGHT : WindowsTaskbar.tone();
            SystemTray systemTray = SystemTray.getSystemTray();
            AwtTray tray = new AwtTray(systemTray, mac, tone, icons, callbacks);
            systemTray.add(tray.icon);
            systemTray.addPropertyChangeListener("systemTray", tray.trayChanged);
            return Optional.of(tray);
        } catch (AWTException | AWTError | UnsupportedOperationException | SecurityException e) {
            LOG.info("No tray: {}", e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void show(TrayMenu menu, TrayState state, String tooltip) {
        EventQueue.invokeLater(() -> {
            icon.setImage(image(state));
            icon.setToolTip(tooltip);
            PopupMenu popup = new PopupMenu();
            fill(popup, menu.items());
            icon.setPopupMenu(popup);
        });
    }

    private void fill(Menu into, List<TrayItem> items) {
        for (TrayItem item : items) {
            switch (item) {
                case TrayItem.Separator() -> into.addSeparator();
                case TrayItem.Heading(String label) -> {
                    MenuItem line = into.add(new MenuItem(label));
                    line.setEnabled(false);
                }
                case TrayItem.Action(String label, boolean enabled, Runnable run) -> {
                    MenuItem line = into.add(new MenuItem(label));
                    line.setEnabled(enabled);
                    line.addActionListener(event -> callbackThread.run("Menu entry", run));
                }
                case TrayItem.Toggle(String label, boolean checked, boolean enabled, Runnable run) -> {
                    CheckboxMenuItem line = new CheckboxMenuItem(label, checked);
                    into.add(line);
                    line.setEnabled(enabled);
                    line.addItemListener(event -> {
                        line.setState(checked); // AWT has moved the mark; the application decides
                        callbackThread.run("Menu entry", run);
                    });
                }
                case TrayItem.SubMenu(String label, List<TrayItem> inner) -> {
                    Menu line = new Menu(label);
                    fill(line, inner);
                    into.add(line);
                }
            }
        }
    }

    /** All sizes in one image, the one nearest to the tray's size as its base. */
    private Image image(TrayState state) {
        List<TrayIconImage> images = icons.images(state, tone);
        Dimension wanted = systemTray.getTrayIconSize();
        int base = 0;
        for (int i = 0; i < images.size(); i++) {
            if (images.get(i).width() <= wanted.width) {
                base = i;
            }
        }
        return new BaseMultiResolutionImage(
                base, images.stream().map(AwtTray::buffered).toArray(Image[]::new));
    }

    private static BufferedImage buffered(TrayIconImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                buffered.setRGB(x, y, image.pixel(x, y));
            }
        }
        return buffered;
    }

    /** When a tray goes, AWT drops the icons in it; the tray that follows has none. */
    private void trayChanged(boolean there) {
        boolean added = false;
        if (there) {
            try {
                systemTray.add(icon);
                added = true;
            } catch (AWTException | IllegalArgumentException e) {
                LOG.warn("The new tray does not take the icon: {}", e.getMessage());
            }
        }
        aliveChanged(added);
    }

    private void aliveChanged(boolean now) {
        if (alive.getAndSet(now) != now) {
            callbackThread.run("Change of the tray", () -> callbacks.aliveChanged(now));
        }
    }

    @Override
    public boolean alive() {
        return alive.get();
    }

    @Override
    public boolean notify(String title, String body) {
        if (!alive.get()) {
            return false;
        }
        EventQueue.invokeLater(() -> icon.displayMessage(title, body, TrayIcon.MessageType.NONE));
        return true;
    }

    @Override
    public void close() {
        callbackThread.close();
        alive.set(false);
        systemTray.removePropertyChangeListener("systemTray", trayChanged);
        EventQueue.invokeLater(() -> systemTray.remove(icon));
    }
}
