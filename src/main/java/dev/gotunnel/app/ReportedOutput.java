package dev.gotunnel.app;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers whether all of it could be written: the JDK's own print streams forget, and a
 * certificate exported to a full disk would look like success. A reader that has seen enough, such as {@code head}, is
 * no failure.
 */
final class ReportedOutput extends FilterOutputStream {
    private volatile @Nullable String failure;

    ReportedOutput(OutputStream out) {
        super(out);
    }

    /** Why something was lost; null when nothing was. */
    @Nullable
    String failure() {
        return failure;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.contains("Broken pipe")) {
                failure = message;
            }
            throw e;
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }
}
