package dev.gotunnel.trust;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs that keep a copy of the system's authorities on Debian and its like, above all the one for Java. Its
 * {@code update-ca-certificates} tells them by a line {@code +FILE} of what it adds, but never of a file that somebody
 * removed: a root that was taken back would stay in the copy.
 */
final class TrustFollowers {
    private static final String FOLDER = "/etc/ca-certificates/update.d";
    private static final String LINKS = "/etc/ssl/certs";

    private final TrustPlaces places;
    private final CommandRunner commands;

    TrustFollowers(TrustPlaces places, CommandRunner commands) {
        this.places = places;
        this.commands = commands;
    }

    /** Lets them know that an anchor goes. */
    void tellRemoved(Path anchor) {
        for (Path program : programs()) {
            try {
                CommandRunner.Answer answer = new OneAtATime(commands)
                        .run(
                                parent(anchor),
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        "printf '%s\\n' \"$1\" | \"$2\"",
                                        "sh",
                                        line(anchor),
                                        program.toString()));
                if (!answer.isSuccess()) {
                    throw new IOException(answer.output().strip());
                }
            } catch (IOException e) {
                throw new GotunnelException(
                        ErrorCode.IO,
                        program + " did not take out the root that is to go.",
                        "See what it says: " + command(anchor, program),
                        e);
            }
        }
    }

    private static Path parent(Path anchor) {
        return anchor.resolveSibling("");
    }

    /** What has to be typed after an anchor was removed by hand, beginning with {@code &&}; empty for nothing. */
    String byHand(Path anchor) {
        StringBuilder text = new StringBuilder();
        programs().forEach(program -> text.append(" && ").append(command(anchor, program)));
        return text.toString();
    }

    private String command(Path anchor, Path program) {
        return "echo " + line(anchor) + " | sudo " + program;
    }

    /** The name of the link that the system's program makes of an anchor. */
    private static String line(Path anchor) {
        return "-" + LINKS + "/" + String.valueOf(anchor.getFileName()).replaceFirst("\\.crt$", "") + ".pem";
    }

    private List<Path> programs() {
        Path folder = places.system(FOLDER);
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isExecutable)) {
                entries.forEach(found::add);
            } catch (IOException e) {
                throw PrivateFiles.unusable("list " + folder, folder, e);
            }
        }
        found.sort(null);
        return found;
    }
}
