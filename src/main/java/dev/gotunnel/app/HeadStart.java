package dev.gotunnel.app;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.proxy.ProxyEngine;
import java.util.List;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * Loads what an engine needs on another core while the command line is still being read: native libraries and the code
 * that makes certificates take as long as all the rest of a start. Has no effect but time.
 */
final class HeadStart {
    private static final Set<String> COMMANDS = Set.of("start", "demo", "engine");

    private HeadStart() {}

    /**
     * Begins it in the background if a command's words look like one that will run an engine.
     *
     * @param certificates whose first certificate will be asked for
     */
    static void begin(List<String> words, CertificateStore certificates) {
        if (words.stream().anyMatch(COMMANDS::contains)) {
            // Before there are threads: SLF4J complains of loggers that are asked for while it starts in another one.
            LoggerFactory.getILoggerFactory();
            background("head-start-engine", ProxyEngine::load);
            background("head-start-certificates", certificates::prepare);
        }
    }

    private static void background(String name, Runnable work) {
        Thread.ofPlatform().name(name).daemon().start(work);
    }
}
