package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.BasicUser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * Where the password of {@code --basic-auth} comes from: the command line, a file or standard input. It becomes a bcrypt
 * hash here and goes no further.
 */
final class PasswordSource {
    /** bcrypt takes no more of a password than this, and would let whoever knows that much in. */
    private static final int MAX_PASSWORD_BYTES = 72;

    private static final int MAX_BYTES = 4096;
    private static final int SALT_BYTES = 16;

    /** Some 60 ms for each password that is tried. */
    private static final int COST = 10;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final InputStream standardInput;
    private final Output output;

    PasswordSource(InputStream standardInput, Output output) {
        this.standardInput = standardInput;
        this.output = output;
    }

    /**
     * Reads a user with a password.
     *
     * @param given {@code USER:PASSWORD}, {@code USER:@FILE}, {@code USER:-}, or {@code @FILE} or {@code -} for a place
     *     that has {@code USER:PASSWORD}
     * @throws GotunnelException {@code USAGE}, or {@code IO} when the file cannot be read
     */
    BasicUser read(String given) {
        boolean elsewhere = given.startsWith("@") || given.equals("-");
        String pair = elsewhere ? fetched(given) : given;
        int colon = pair.indexOf(':');
        if (colon < 1) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    elsewhere
                            ? "What --basic-auth reads there is not USER:PASSWORD."
                            : "--basic-auth needs a user and a password.",
                    "Write USER:@FILE, @FILE, or - to read USER:PASSWORD from standard input.");
        }
        String user = pair.substring(0, colon);
        String password = pair.substring(colon + 1);
        if (!elsewhere && (password.startsWith("@") || password.equals("-"))) {
            password = fetched(password);
        } else if (!elsewhere) {
            output.note("Note: the password stands in the list of processes and in the shell's history."
                    + " --basic-auth " + user + ":@FILE keeps it out of both.");
        }
        return new BasicUser(user, hash(password));
    }

    private static String hash(String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_PASSWORD_BYTES || password.indexOf(0) >= 0) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The password of --basic-auth has " + bytes.length + " bytes.",
                    "Choose one of 1 to " + MAX_PASSWORD_BYTES + " bytes; that is as much as bcrypt takes.");
        }
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return OpenBSDBCrypt.generate("2b", bytes, salt, COST);
    }

    /** The first line of a file or of standard input. */
    private String fetched(String place) {
        try (InputStream in = place.equals("-") ? standardInput : Files.newInputStream(Path.of(place.substring(1)))) {
            String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("");
        } catch (IOException | InvalidPathException e) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    "The password of --basic-auth cannot be read from "
                            + (place.equals("-") ? "standard input" : place.substring(1)) + ".",
                    "Check that it is there and that you may read it.",
                    e);
        }
    }
}
