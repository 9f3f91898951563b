package dev.gotunnel.privilege;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Programs of a few lines that stand for the helper and for what raises it. */
final class Scripts {
    /** What the helper says of itself. */
    static final String VERSION =
            "{\"ok\":true,\"changed\":false,\"version\":\"1.0\",\"protocol\":1,\"verbs\":[\"hosts-apply\",\"version\"]}";

    private Scripts() {}

    /** A shell script, executable. */
    static Path write(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /**
     * A helper that tells its version, and notes its arguments and input beside itself.
     *
     * @param lines what it does for a verb
     */
    static Path helper(Path folder, String... lines) throws IOException {
        return write(
                folder.resolve("gotunnel-helper"),
                "[ \"$1\" = version ] && { echo '" + VERSION + "'; exit 0; }",
                "echo \"$*\" >\"" + folder + "/arguments\"",
                "cat >\"" + folder + "/input\"",
                String.join("\n", lines));
    }

    /** As it is installed, in a folder of whoever runs the test. */
    static InstalledHelper installed(Path helper) throws IOException {
        Path folder = helper.resolveSibling("");
        int user = (Integer) Files.getAttribute(folder, "unix:uid");
        return new InstalledHelper(helper, user, folder.getParent());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static final Map<String, ?> NONE = Map.of();
}
