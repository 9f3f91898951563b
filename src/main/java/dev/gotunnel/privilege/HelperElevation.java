package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Elevation by the helper that a package has installed. */
public final class HelperElevation implements Elevation {
    /** What the helper reads and prints; it tells its own by {@code version}. */
    private static final int PROTOCOL = 1;

    private static final Duration VERSION_LIMIT = Duration.ofSeconds(10);
    private static final String REINSTALL = "Install the package of this version again; it brings its helper with it.";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final InstalledHelper helper;
    private final Ascent ascent;

    /** What the helper prints, whatever came of it. */
    private record Message(
            boolean ok,
            boolean changed,
            @Nullable String note,
            @Nullable String fingerprint,
            @Nullable String store,
            @Nullable List<String> suffixes,
            int protocol,
            @Nullable List<String> verbs,
            @Nullable String code,
            @Nullable String message,
            @Nullable String fix) {}

    HelperElevation(InstalledHelper helper, Ascent ascent) {
        this.helper = helper;
        this.ascent = ascent;
    }

    /** Elevation as this system has it, for this process. */
    public static HelperElevation ofSystem(Caller caller) {
        InstalledHelper helper = InstalledHelper.ofSystem();
        Ascent ascent = caller.isAdministrator()
                ? new OwnRights(helper.program())
                : switch (OperatingSystem.current()) {
                    case LINUX -> new Pkexec(helper.program());
                    case MACOS -> new AppleScript(helper.program(), caller);
                    case WINDOWS -> new WindowsConsent(helper.program(), caller);
                };
        return new HelperElevation(helper, ascent);
    }

    @Override
    public boolean isInstalled() {
        return helper.isThere();
    }

    @Override
    public Outlook outlook(Verb verb) {
        return isInstalled() ? ascent.outlook(verb) : Outlook.UNAVAILABLE;
    }

    @Override
    public HelperAnswer ask(Verb verb, Map<String, ?> data, String reason) {
        if (!isInstalled()) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel cannot " + verb.deed() + " (" + reason + "): its helper is not installed.",
                    "Install a package of gotunnel, which brings it, or do it by hand as an administrator.");
        }
        requireKnown(verb);
        FinishedProgram ended = ascent.run(verb, JSON.writeValueAsBytes(data), reason);
        Message said = read(ended);
        if (!said.ok()) {
            throw failure(said, verb, reason);
        }
        return new HelperAnswer(said.changed(), said.note(), said.fingerprint(), said.store(), said.suffixes());
    }

    /** One of another version could misunderstand; to tell its version it needs no administrator. */
    private void requireKnown(Verb verb) {
        Message known;
        try {
            known = read(
                    FinishedProgram.of(List.of(helper.program().toString(), "version"), new byte[0], VERSION_LIMIT));
        } catch (IOException e) {
            throw new GotunnelException(
                    ErrorCode.IO, "gotunnel's helper " + helper.program() + " cannot be run.", REINSTALL, e);
        }
        if (known.protocol() != PROTOCOL
                || known.verbs() == null
                || !known.verbs().contains(verb.word())) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    "gotunnel's helper is of another version and does not understand " + verb.word() + ".",
                    REINSTALL);
        }
    }

    private Message read(FinishedProgram ended) {
        try {
            Message said = JSON.readValue(ended.output(), Message.class);
            if (said != null && said.ok() == (ended.exit() == 0)) {
                return said;
            }
        } catch (JacksonException e) {
            throw garbled(ended, e);
        }
        throw garbled(ended, null);
    }

    private GotunnelException garbled(FinishedProgram ended, @Nullable Exception cause) {
        String words = ended.complaint();
        return new GotunnelException(
                ErrorCode.IO,
                "gotunnel's helper " + helper.program() + " did not say what came of it (exit code " + ended.exit()
                        + ")" + (words.isEmpty() ? "." : ": " + words),
                REINSTALL,
                cause);
    }

    private static GotunnelException failure(Message said, Verb verb, String reason) {
        String fix = Objects.requireNonNullElse(said.fix(), "");
        return new GotunnelException(
                codeOf(Objects.requireNonNullElse(said.code(), "")),
                "gotunnel could not " + verb.deed() + " (" + reason + "): "
                        + Objects.requireNonNullElse(said.message(), "the helper does not say why."),
                fix.isEmpty() ? null : fix);
    }

    /** The helper's codes in our words; docs/HELPER.md lists them. */
    private static ErrorCode codeOf(String code) {
        return switch (code) {
            case "not-permitted", "installation" -> ErrorCode.NOT_PERMITTED;
            case "name", "suffix" -> ErrorCode.USAGE;
            case "certificate" -> ErrorCode.CERTIFICATE;
            case "usage", "input" -> ErrorCode.INTERNAL;
            default -> ErrorCode.IO;
        };
    }
}
