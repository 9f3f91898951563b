package dev.gotunnel.error;

import java.util.Locale;

/**
 * Every way in which gotunnel can fail, with the exit code that the command line answers. The {@linkplain #id() id} is
 * stable: scripts, the control API and logs refer to it.
 */
public enum ErrorCode {
    /** A defect of gotunnel itself. */
    INTERNAL(Category.INTERNAL, 1),
    /** Reading or writing a file or socket failed. */
    IO(Category.MACHINE, 1),
    /** The process that owns the engine does not answer or went away. */
    OWNER_UNREACHABLE(Category.MACHINE, 1),
    /** A certificate could not be made or read. */
    CERTIFICATE(Category.MACHINE, 1),
    /** The desktop is not available: no display, no browser. */
    NO_DESKTOP(Category.MACHINE, 1),
    /** A command line that cannot be understood, or a value out of range. */
    USAGE(Category.USAGE, 2),
    /** A name that matches more than one tunnel. */
    AMBIGUOUS(Category.USAGE, 2),
    /** A configuration file that cannot be read or does not say something valid. */
    CONFIG(Category.USAGE, 2),
    /** The operating system or the owner of a file does not allow it. */
    NOT_PERMITTED(Category.PERMISSION, 3),
    /** No tunnel or profile by that name. */
    NO_SUCH_TUNNEL(Category.USAGE, 4),
    /** Another process, or another tunnel, listens on the port. */
    PORT_TAKEN(Category.CONFLICT, 5),
    /** Another tunnel has the name or the domain. */
    NAME_TAKEN(Category.CONFLICT, 5);

    /** Who can mend it: the user's input, the user's rights, another program, the machine, or we. */
    public enum Category {
        USAGE,
        PERMISSION,
        CONFLICT,
        MACHINE,
        INTERNAL
    }

    private final Category category;
    private final int exitCode;

    ErrorCode(Category category, int exitCode) {
        this.category = category;
        this.exitCode = exitCode;
    }

    /** The stable identifier, such as {@code port-taken}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where the way out lies. */
    public Category category() {
        return category;
    }

    /** What {@code gotunnel} exits with: 1 failed, 2 usage, 3 not permitted, 4 no such tunnel, 5 taken. */
    public int exitCode() {
        return exitCode;
    }

    /** The code with that {@link #id()}; {@link #INTERNAL} for one that this version does not know. */
    public static ErrorCode ofId(String id) {
        for (ErrorCode code : values()) {
            if (code.id().equals(id)) {
                return code;
            }
        }
        return INTERNAL;
    }
}
