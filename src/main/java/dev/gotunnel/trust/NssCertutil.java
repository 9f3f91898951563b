package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NSS by its program {@code certutil}, where the library itself cannot be called. It verifies no foreign leaf. */
final class NssCertutil implements NssAccess {
    /** A line of {@code certutil -L}: a nickname and its trust, three groups of letters. */
    private static final Pattern LISTED =
            Pattern.compile("(?m)^(gotunnel CA .*?)\\s+[A-Za-z]*,[A-Za-z]*,[A-Za-z]*\\s*$");

    private static final Pattern ANY_LISTED = Pattern.compile("(?m)^.*\\s[A-Za-z]*,[A-Za-z]*,[A-Za-z]*\\s*$");

    private final CommandRunner commands;
    private final Path program;

    NssCertutil(CommandRunner commands, Path program) {
        this.commands = commands;
        this.program = program;
    }

    @Override
    public List<X509Certificate> roots(Path database) {
        List<X509Certificate> roots = new ArrayList<>();
        Matcher names = LISTED.matcher(call("list", database, "-L"));
        while (names.find()) {
            try {
                roots.addAll(Pem.certificates(call("list", database, "-L", "-n", names.group(1), "-a")));
            } catch (GeneralSecurityException e) {
                throw failure("list", database, e);
            }
        }
        return roots;
    }

    @Override
    public void add(Path database, X509Certificate root) {
        if (!Files.exists(database.resolve(NssStore.CERTIFICATES))) {
            call("make", database, "-N", "--empty-password");
        }
        try (TemporaryPem pem = TemporaryPem.of(root)) {
            call("add to", database, "-A", "-t", "C,,", "-n", CertificateAuthority.nameOf(root), "-i", pem.toString());
        } catch (IOException e) {
            throw failure("add to", database, e);
        }
    }

    @Override
    public void remove(Path database, X509Certificate root) {
        if (roots(database).contains(root)) {
            call("remove from", database, "-D", "-n", CertificateAuthority.nameOf(root));
        }
    }

    @Override
    public Verdict verify(Path database, Leaf leaf, String name) {
        return Verdict.UNKNOWN;
    }

    @Override
    public boolean isEmpty(Path database) {
        return !ANY_LISTED.matcher(call("list", database, "-L")).find() && hasNoKeys(database);
    }

    /** Lists keys: one that finds none says so, and in some versions fails as well. */
    private boolean hasNoKeys(Path database) {
        return answer("list", database, "-K").output().contains("no keys found");
    }

    private String call(String what, Path database, String... arguments) {
        CommandRunner.Answer answer = answer(what, database, arguments);
        if (!answer.isSuccess()) {
            if (answer.output().contains("SEC_ERROR_TOKEN_NOT_LOGGED_IN")
                    || answer.output().contains("password")) {
                throw NssStore.passwordNeeded(database);
            }
            throw failure(what, database, new IOException(answer.output().strip()));
        }
        return answer.output();
    }

    private CommandRunner.Answer answer(String what, Path database, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-d", "sql:" + database));
        command.addAll(Arrays.asList(arguments));
        try {
            return commands.run(command);
        } catch (IOException e) {
            throw failure(what, database, e);
        }
    }

    private GotunnelException failure(String what, Path database, Exception cause) {
        return new GotunnelException(
                ErrorCode.IO,
                "certutil cannot " + what + " the certificates in " + database + ".",
                "See what it says: " + program + " -d 'sql:" + database + "' -L",
                cause);
    }
}
