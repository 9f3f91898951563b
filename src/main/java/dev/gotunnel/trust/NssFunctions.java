package dev.gotunnel.trust;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions of libnss3, by the names of nss.h, cert.h and pk11pub.h. Arguments tell a function's type: {@code int}
 * (also {@code PRBool} and {@code SECStatus}), {@code long} and pointers are all that occurs. Not for several threads.
 */
final class NssFunctions {
    private static final Logger LOG = LoggerFactory.getLogger(NssFunctions.class);

    /** What a browser's own libnss3 needs, which the system's loader does not find; in this order. */
    private static final List<String> BESIDE =
            List.of("libnspr4.so", "libplc4.so", "libplds4.so", "libmozsqlite3.so", "libnssutil3.so");

    private final SymbolLookup symbols;
    private final Map<String, MethodHandle> functions = new HashMap<>();

    private NssFunctions(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** The system's library, else one of those folders' own; empty when there is none. */
    static Optional<NssFunctions> load(List<Path> browsers) {
        List<Path> candidates = new ArrayList<>(List.of(Path.of("libnss3.so")));
        browsers.stream()
                .map(folder -> folder.resolve("libnss3.so"))
                .filter(Files::isReadable)
                .forEach(candidates::add);
        for (Path candidate : candidates) {
            try {
                return Optional.of(new NssFunctions(open(candidate)));
            } catch (IllegalArgumentException e) {
                LOG.debug("{} cannot be used: {}", candidate, e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** For as long as the process lives: NSS leaves functions behind that run at its end. */
    private static SymbolLookup open(Path library) {
        if (!library.isAbsolute()) {
            return SymbolLookup.libraryLookup(library.toString(), Arena.global());
        }
        for (String name : BESIDE) {
            Path needed = library.resolveSibling(name);
            if (Files.isReadable(needed)) {
                SymbolLookup.libraryLookup(needed, Arena.global());
            }
        }
        return SymbolLookup.libraryLookup(library, Arena.global());
    }

    int number(String function, Object... arguments) {
        return (int) call(function, JAVA_INT, arguments);
    }

    MemorySegment pointer(String function, Object... arguments) {
        return (MemorySegment) call(function, ADDRESS, arguments);
    }

    void run(String function, Object... arguments) {
        call(function, null, arguments);
    }

    /** Why the last call failed, such as {@code SEC_ERROR_BAD_DATABASE}. */
    String error() {
        int code = number("PR_GetError");
        MemorySegment name = pointer("PR_ErrorToName", code);
        return name.address() == 0 ? "error " + code : text(name);
    }

    /** Byte by byte, since what lies behind a text need not be readable. */
    private static String text(MemorySegment start) {
        StringBuilder text = new StringBuilder();
        MemorySegment bytes = start.reinterpret(Long.MAX_VALUE);
        for (byte next = bytes.get(JAVA_BYTE, 0); next != 0; next = bytes.get(JAVA_BYTE, text.length())) {
            text.append((char) next);
        }
        return text.toString();
    }

    private Object call(String function, @Nullable MemoryLayout result, Object... arguments) {
        try {
            return functions
                    .computeIfAbsent(function, name -> find(name, result, arguments))
                    .invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private MethodHandle find(String function, @Nullable MemoryLayout result, Object... arguments) {
        MemoryLayout[] types =
                Arrays.stream(arguments).map(NssFunctions::typeOf).toArray(MemoryLayout[]::new);
        FunctionDescriptor type =
                result == null ? FunctionDescriptor.ofVoid(types) : FunctionDescriptor.of(result, types);
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), type);
    }

    private static MemoryLayout typeOf(Object argument) {
        return switch (argument) {
            case Integer _ -> JAVA_INT;
            case Long _ -> JAVA_LONG;
            case MemorySegment _ -> ADDRESS;
            default -> throw new IllegalArgumentException(argument.toString());
        };
    }
}
