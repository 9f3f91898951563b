package dev.gotunnel.config;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Text as a tree of nodes, within bounds: whoever wrote it may mean harm. */
final class YamlText {
    /** A file of a thousand tunnels has some 100 KB. */
    private static final int MAX_BYTES = 512 * 1024;

    /** The list of a path's origins stands on the tenth level. */
    private static final int MAX_DEPTH = 50;

    private static final int MAX_ALIASES = 50;

    private YamlText() {}

    /** A file's text; empty when there is no such file. */
    static String read(Path file) {
        return decode(bytes(file), file);
    }

    /** A file's bytes; none when there is no such file. */
    static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new GotunnelException(
                        ErrorCode.CONFIG, file + " is larger than 512 KB.", "Check that it is the file you mean.");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
    }

    /** The text of a file's bytes. */
    static String decode(byte[] bytes, Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new GotunnelException(
                    ErrorCode.CONFIG, file + " is not UTF-8 text.", "Save it as UTF-8 in your editor.", e);
        }
    }

    /**
     * The tree of a document; empty for an empty one.
     *
     * @param label what problems call the text; also the name in the marks of the nodes
     * @param withComments whether the nodes have their comments
     */
    static Optional<Node> compose(String text, String label, boolean withComments) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(label)
                .setParseComments(withComments)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(MAX_ALIASES)
                .setCodePointLimit(MAX_BYTES)
                .build();
        try {
            requireShallow(new Parse(settings).parseString(text));
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> label + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse(label);
            throw notYaml(where, String.valueOf(e.getProblem()), e);
        } catch (YamlEngineException | IllegalArgumentException e) {
            // The engine throws the latter for some malformed tags.
            throw notYaml(label, String.valueOf(e.getMessage()), e);
        }
    }

    /** Nodes are composed by recursion: a file made to be deep would end in a stack overflow. */
    private static void requireShallow(Iterable<Event> events) {
        int depth = 0;
        for (Event event : events) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > MAX_DEPTH) {
                throw new YamlEngineException("nested more than " + MAX_DEPTH + " levels deep");
            }
        }
    }

    private static GotunnelException notYaml(String where, String problem, RuntimeException cause) {
        return new GotunnelException(
                ErrorCode.CONFIG,
                "The configuration is not valid YAML:\n  " + where + ": " + problem,
                "Mend the file, then run the command again.",
                cause);
    }
}
