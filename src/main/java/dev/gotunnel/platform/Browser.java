package dev.gotunnel.platform;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The web browser that the user has chosen in the system. Any thread; {@link #open} may block for some seconds. */
public final class Browser {
    private static final long PATIENCE_SECONDS = 3;

    private final List<String> command;

    Browser(List<String> command) {
        this.command = List.copyOf(command);
    }

    /** The browser of this system: by {@code xdg-open}, {@code open}, or the file protocol handler of Windows. */
    public static Browser ofSystem() {
        return new Browser(commandOf(System.getProperty("os.name", "")));
    }

    static List<String> commandOf(String osName) {
        String os = osName.toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler");
        }
        return List.of(os.startsWith("mac") ? "open" : "xdg-open");
    }

    /**
     * Opens a page. The address reaches no shell, and is checked since the opener would also start other programs.
     *
     * @param url an absolute {@code http} or {@code https} URL
     * @throws GotunnelException {@code USAGE} for anything else, {@code NO_DESKTOP} when no browser could be started
     */
    public void open(String url) {
        String address = checked(url);
        List<String> line = new ArrayList<>(command);
        line.add(address);
        try {
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            // Some openers become the browser and stay: only an early end tells anything.
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() != 0) {
                throw unavailable(address, "it ended with status " + process.exitValue(), null);
            }
        } catch (IOException e) {
            throw unavailable(address, "it is not installed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String checked(String url) {
        try {
            URI uri = new URI(url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
                return uri.toASCIIString();
            }
        } catch (URISyntaxException e) {
            // Told below, like every other text that is no address of a page.
        }
        throw new GotunnelException(
                ErrorCode.USAGE, "\"" + url + "\" is not a web address.", "Give an http:// or https:// URL.");
    }

    private GotunnelException unavailable(String url, String why, @Nullable Throwable cause) {
        return new GotunnelException(
                ErrorCode.NO_DESKTOP,
                "No browser could be opened by " + command.getFirst() + ": " + why + ".",
                "Open it yourself: " + url,
                cause);
    }
}
