package dev.gotunnel.ui.tray;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The brightness of the Windows taskbar, which the user chooses apart from that of programs. */
final class WindowsTaskbar {

    private static final Logger LOG = LoggerFactory.getLogger(WindowsTaskbar.class);
    private static final String KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Themes\\Personalize";
    private static final String VALUE = "SystemUsesLightTheme";

    private WindowsTaskbar() {}

    /** Asks the registry, for up to a second; dark when it does not tell, as on Windows before 10 version 1903. */
    static PanelTone tone() {
        Process query;
        try {
            query = new ProcessBuilder("reg", "query", KEY, "/v", VALUE)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            LOG.debug("The registry cannot be asked for the taskbar's colour", e);
            return PanelTone.DARK;
        }
        try {
            if (!query.waitFor(1, TimeUnit.SECONDS)) {
                query.destroyForcibly();
                return PanelTone.DARK;
            }
            return parse(new String(query.getInputStream().readAllBytes(), Charset.defaultCharset()));
        } catch (IOException e) {
            LOG.debug("The taskbar's colour is not known", e);
            return PanelTone.DARK;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return PanelTone.DARK;
        }
    }

    /** Reads the answer of {@code reg query}: a line {@code SystemUsesLightTheme REG_DWORD 0x1}. */
    static PanelTone parse(String answer) {
        return answer.lines().map(String::strip).anyMatch(line -> line.startsWith(VALUE) && line.endsWith("0x1"))
                ? PanelTone.LIGHT
                : PanelTone.DARK;
    }
}
