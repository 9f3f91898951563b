package dev.gotunnel.doctor;

import dev.gotunnel.privilege.InstalledHelper;
import dev.gotunnel.trust.CommandRunner;
import dev.gotunnel.tunnel.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whether the privileged helper is installed so that it can be elevated, and understands this program. */
final class HelperCheck implements Check {
    private static final int PROTOCOL = 1;

    private final InstalledHelper helper;
    private final String version;
    private final CommandRunner commands;

    HelperCheck(InstalledHelper helper, String version, CommandRunner commands) {
        this.helper = helper;
        this.version = version;
        this.commands = commands;
    }

    @Override
    public String subject() {
        return "helper";
    }

    @Override
    public List<Finding> look() {
        Path program = helper.program();
        if (Files.exists(program) && !helper.isThere()) {
            return List.of(Finding.broken(
                    subject(),
                    program + " could have been changed by others than an administrator.",
                    "gotunnel never makes such a program an administrator.",
                    "Install gotunnel's package again, and see who owns what: namei -l " + program));
        }
        if (!Files.exists(program)) {
            return List.of(Finding.note(
                    subject(),
                    "The helper for changes as administrator is not installed.",
                    "gotunnel shows the commands to type instead.",
                    "Install gotunnel from a package of your system."));
        }
        try {
            CommandRunner.Answer answer = commands.run(List.of(program.toString(), "version"));
            JsonNode said = JsonMapper.shared().readTree(answer.output());
            int protocol = said.path("protocol").asInt(0);
            String its = said.path("version").asString("unknown");
            if (!answer.isSuccess() || protocol != PROTOCOL) {
                return List.of(Finding.broken(
                        subject(),
                        "The helper " + program + " is " + its + " and speaks protocol " + protocol + ", this program "
                                + PROTOCOL + ".",
                        "They do not understand each other.",
                        "Install both from the same package."));
            }
            return List.of(
                    its.equals(version)
                            ? Finding.ok(subject(), program + " is " + its + ".")
                            : Finding.note(
                                    subject(),
                                    "The helper " + program + " is " + its + ", this program " + version + ".",
                                    "They understand each other.",
                                    ""));
        } catch (IOException | JacksonException e) {
            return List.of(Finding.broken(
                    subject(),
                    "The helper " + program + " cannot be run: " + e.getMessage(),
                    "",
                    "Install gotunnel's package again."));
        }
    }
}
