package dev.gotunnel.cert;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/**
 * One value of ASN.1's distinguished encoding (X.690), as far as keys and name constraints need it: reading these with
 * BouncyCastle would cost half a second of start-up.
 */
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int SEQUENCE = 0x30;

    private static final int LONG_FORM = 0x80;
    private static final int LONG_TAG = 0x1f;

    private final int tag;
    private final byte[] content;

    private Der(int tag, byte[] content) {
        this.tag = tag;
        this.content = content;
    }

    /** The identifier octet; only those below 31 of each class. */
    int tag() {
        return tag;
    }

    /** What is between the length and the next value. */
    byte[] content() {
        return content.clone();
    }

    /** A tag of the class that each structure gives a meaning of its own. */
    static int context(int number, boolean constructed) {
        return 0x80 | (constructed ? 0x20 : 0) | number;
    }

    /**
     * Reads exactly one value.
     *
     * @throws GeneralSecurityException when it is cut off, or something follows it
     */
    static Der read(byte[] bytes) throws GeneralSecurityException {
        List<Der> all = readAll(bytes);
        if (all.size() != 1) {
            throw new GeneralSecurityException("not one value but " + all.size());
        }
        return all.getFirst();
    }

    /** The values inside of this one. */
    List<Der> children() throws GeneralSecurityException {
        return readAll(content);
    }

    private static List<Der> readAll(byte[] bytes) throws GeneralSecurityException {
        List<Der> values = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            int tag = in.get() & 0xff;
            if ((tag & LONG_TAG) == LONG_TAG || !in.hasRemaining()) {
                throw new GeneralSecurityException("damaged value");
            }
            int length = in.get() & 0xff;
            if (length >= LONG_FORM) {
                int octets = length - LONG_FORM;
                if (octets == 0 || octets > 3 || octets > in.remaining()) {
                    throw new GeneralSecurityException("damaged length");
                }
                length = 0;
                for (int i = 0; i < octets; i++) {
                    length = (length << 8) | (in.get() & 0xff);
                }
            }
            if (length > in.remaining()) {
                throw new GeneralSecurityException("cut off");
            }
            byte[] content = new byte[length];
            in.get(content);
            values.add(new Der(tag, content));
        }
        return values;
    }

    /** A value that holds others, each of them encoded. */
    static byte[] encode(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < LONG_FORM) {
            out.write(length);
        } else {
            int octets = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(LONG_FORM | octets);
            for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
                out.write(length >> shift);
            }
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    byte[] encoded() {
        return encode(tag, content);
    }
}
