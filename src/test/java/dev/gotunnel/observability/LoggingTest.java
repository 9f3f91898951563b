package dev.gotunnel.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();

    @AfterEach
    void restore() {
        root.detachAndStopAllAppenders();
        root.setLevel(before);
        context.getLogger("io.netty").setLevel(null);
        context.putProperty("environment", "");
    }

    private ConsoleAppender<ILoggingEvent> appender() {
        List<ConsoleAppender<ILoggingEvent>> found = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(a -> found.add((ConsoleAppender<ILoggingEvent>) a));
        assertEquals(1, found.size());
        return found.getFirst();
    }

    @Test
    void textGoesToStandardError() {
        Logging.configure("info", false, null);
        assertEquals("System.err", appender().getTarget());
        assertTrue(appender().getEncoder() instanceof PatternLayoutEncoder);
        assertSame(Level.INFO, root.getLevel());
    }

    @Test
    void jsonTakesItsPlaceWhenAskedAgain() {
        Logging.configure("info", false, null);
        Logging.configure("error", true, null);
        assertTrue(appender().getEncoder() instanceof JsonEncoder);
        assertSame(Level.ERROR, root.getLevel());
    }

    @Test
    void aJsonLineSaysTheEnvironment() {
        Logging.configure("error", true, "staging");
        LoggingEvent event = new LoggingEvent("", root, Level.ERROR, "lost", null, null);
        String line = new String(appender().getEncoder().encode(event), StandardCharsets.UTF_8);
        assertTrue(line.contains("\"environment\":\"staging\""), line);
    }

    @Test
    void nettysOwnDebuggingStaysOut() {
        Logging.configure("debug", false, null);
        assertSame(Level.INFO, context.getLogger("io.netty").getLevel());
        Logging.configure("warn", false, null);
        assertNull(context.getLogger("io.netty").getLevel());
    }

    @Test
    void anUnknownLevelIsWarn() {
        Logging.configure("loud", false, null);
        assertSame(Level.WARN, root.getLevel());
    }

    @Test
    void beforeItIsSetUpOnlyWarningsCount() {
        LoggerContext fresh = new LoggerContext();
        assertSame(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY, new QuietStart().configure(fresh));
        assertSame(
                Level.WARN, fresh.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getLevel());
    }

    @Test
    void theProgramsOwnProviderIsQuietFromItsFirstLine() {
        LoggingProvider provider = new LoggingProvider();
        provider.initialize();
        org.slf4j.Logger logger = provider.getLoggerFactory().getLogger("dev.gotunnel");
        assertTrue(logger.isWarnEnabled());
        assertFalse(logger.isInfoEnabled());
        provider.getMDCAdapter().put("key", "value");
        assertEquals("value", provider.getMDCAdapter().get("key"));
        assertSame(
                provider.getMarkerFactory().getMarker("x"),
                provider.getMarkerFactory().getMarker("x"));
        assertTrue(provider.getRequestedApiVersion().startsWith("2."));
    }
}
