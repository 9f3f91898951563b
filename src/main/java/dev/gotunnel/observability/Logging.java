package dev.gotunnel.observability;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Sets up where log lines go: standard error, as text for people or as one JSON object a line for machines. */
public final class Logging {
    private static final String TEXT = "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%ex";

    private Logging() {}

    /**
     * Logs from here on as told; may be called again at any time.
     *
     * @param level trace, debug, info, warn or error
     * @param json one JSON object a line instead of text
     * @param environment where this gotunnel runs, which each JSON line says; null to say nothing
     */
    public static void configure(String level, boolean json, @Nullable String environment) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        if (environment != null) {
            context.putProperty("environment", environment);
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, json));
        appender.start();
        root.addAppender(appender);
        root.setLevel(Level.toLevel(level, Level.WARN));
        // Theirs below warn is of use to their authors alone, and slow.
        context.getLogger("io.netty").setLevel(Level.toLevel(level).isGreaterOrEqual(Level.WARN) ? null : Level.INFO);
        context.getLogger("org.freedesktop").setLevel(Level.WARN);
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, boolean json) {
        if (json) {
            JsonEncoder encoder = new JsonEncoder();
            encoder.setContext(context);
            encoder.start();
            return encoder;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(TEXT);
        encoder.start();
        return encoder;
    }
}
