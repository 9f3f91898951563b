package dev.gotunnel.keychain;

import dev.gotunnel.cert.Keychain;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The Data Protection API of Windows ({@code crypt32.dll}): encrypts by the password that the user logs in with. It keeps
 * nothing itself, so what it encrypts lies in a folder. Never asks. Any thread.
 */
final class DataProtection implements Keychain {
    private static final int UI_FORBIDDEN = 1;
    private static final StructLayout BLOB = MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("cbData"),
            MemoryLayout.paddingLayout(4),
            ValueLayout.ADDRESS.withName("pbData"));
    private static final long SIZE = BLOB.byteOffset(MemoryLayout.PathElement.groupElement("cbData"));
    private static final long DATA = BLOB.byteOffset(MemoryLayout.PathElement.groupElement("pbData"));

    private final Path folder;

    /** Secrets in a folder, which is made with the first one. */
    DataProtection(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return "Windows' data protection";
    }

    private Path file(String id) {
        return folder.resolve(id.replaceAll("[^A-Za-z0-9]", "-") + ".dpapi");
    }

    @Override
    public void put(String id, byte[] secret) {
        byte[] sealed = transform("CryptProtectData", id, secret);
        PrivateFiles.directory(folder);
        PrivateFiles.write(file(id), sealed);
    }

    @Override
    public Optional<byte[]> get(String id) {
        Path file = file(id);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(transform("CryptUnprotectData", id, Files.readAllBytes(file)));
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
    }

    @Override
    public void remove(String id) {
        Path file = file(id);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw PrivateFiles.unusable("delete " + file, file, e);
        }
    }

    /** Both functions have the same parameters; the id is what they call entropy, without which nothing is decrypted. */
    private byte[] transform(String function, String id, byte[] input) {
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            SymbolLookup crypt = SymbolLookup.libraryLookup("crypt32.dll", arena);
            SymbolLookup kernel = SymbolLookup.libraryLookup("kernel32.dll", arena);
            MethodHandle call = linker.downcallHandle(
                    crypt.findOrThrow(function),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS));
            MethodHandle free = linker.downcallHandle(
                    kernel.findOrThrow("LocalFree"), FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            MemorySegment out = arena.allocate(BLOB);
            MemorySegment none = MemorySegment.NULL;
            int done = (int) call.invokeExact(
                    blob(arena, input),
                    none,
                    blob(arena, id.getBytes(StandardCharsets.UTF_8)),
                    none,
                    none,
                    UI_FORBIDDEN,
                    out);
            if (done == 0) {
                throw Keychains.failure(name(), "does not know this user's secret", null);
            }
            MemorySegment data = out.get(ValueLayout.ADDRESS, DATA);
            byte[] result =
                    data.reinterpret(out.get(ValueLayout.JAVA_INT, SIZE)).toArray(ValueLayout.JAVA_BYTE);
            MemorySegment left = (MemorySegment) free.invokeExact(data);
            if (left.address() != 0) {
                throw new IllegalStateException("LocalFree failed");
            }
            return result;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(function, e);
        }
    }

    private static MemorySegment blob(Arena arena, byte[] bytes) {
        MemorySegment blob = arena.allocate(BLOB);
        blob.set(ValueLayout.JAVA_INT, SIZE, bytes.length);
        blob.set(ValueLayout.ADDRESS, DATA, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        return blob;
    }
}
