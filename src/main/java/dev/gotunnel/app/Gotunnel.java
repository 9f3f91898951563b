package dev.gotunnel.app;

import dev.gotunnel.cli.CommandLineApp;
import dev.gotunnel.observability.LoggingProvider;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.platform.AppDirectories;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/** The program. */
public final class Gotunnel {
    private Gotunnel() {}

    /** Runs a command, or the desktop without one, and exits with its code. */
    public static void main(String[] args) {
        LoggingProvider.install();
        run(args, Telemetry::off);
    }

    /** @param telemetry asked for once, when this process becomes the owner of an engine */
    static void run(String[] args, Supplier<Telemetry> telemetry) {
        String packaged = Gotunnel.class.getPackage().getImplementationVersion();
        String version = packaged == null ? "development" : packaged;
        Application application = new Application(version, AppDirectories.ofSystem(), telemetry);
        HeadStart.begin(List.of(args), application.certificates());
        ReportedOutput standard = new ReportedOutput(new FileOutputStream(FileDescriptor.out));
        System.setOut(new PrintStream(standard, true, StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exit = new CommandLineApp(application, version, out, err).run(args);
        String lost = standard.failure();
        if (exit == 0 && lost != null) {
            err.println("gotunnel: what it prints could not be written: " + lost + ".");
            exit = 1;
        }
        System.exit(exit);
    }
}
