package dev.gotunnel.names;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One version of a hosts file (hosts(5)), and the block in it that holds one user's names. The grammar is the privileged
 * helper's: the same bytes come out of both. Text is never decoded: a byte is a character here, so that whatever stands in
 * the file stays as it is.
 */
public final class HostsFile {
    /** What every name leads to. A name with an IPv4 address alone costs seconds on some systems. */
    private static final List<String> LOOPBACKS = List.of("127.0.0.1", "::1");

    private static final int MAX_LENGTH = 253;
    private static final Pattern NAME = Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.|$))+(?<!\\.)");
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";

    private final List<String> lines;
    private final HostsBlocks blocks;

    /**
     * A line of somebody else that leads a name of ours elsewhere.
     *
     * @param line its number, from 1
     * @param address where it leads
     */
    public record Shadow(int line, String address, String name) {}

    private HostsFile(List<String> lines) {
        this.lines = lines;
        this.blocks = HostsBlocks.of(bodies());
    }

    /** A file of these bytes. */
    public static HostsFile of(byte[] text) {
        return new HostsFile(split(new String(text, StandardCharsets.ISO_8859_1)));
    }

    /** Every line with its ending; the last may have none. */
    private static List<String> split(String text) {
        List<String> lines = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            int next = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(start, next));
            start = next;
        }
        return lines;
    }

    /** The lines without their endings, and the first without what some editors put before it. */
    private List<String> bodies() {
        List<String> bodies =
                new ArrayList<>(lines.stream().map(HostsFile::body).toList());
        if (!bodies.isEmpty() && bodies.getFirst().startsWith(BYTE_ORDER_MARK)) {
            bodies.set(0, bodies.getFirst().substring(BYTE_ORDER_MARK.length()));
        }
        return bodies;
    }

    private static String body(String line) {
        return line.substring(0, line.length() - ending(line).length());
    }

    private static String ending(String line) {
        return line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : "";
    }

    /** The file as it lies on the disk. */
    public byte[] bytes() {
        return String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What is wrong with the lines that begin and end blocks, which only somebody with an editor can mend. */
    public Optional<String> damage() {
        return Optional.ofNullable(blocks.damage());
    }

    /** Whether a user has a block in it, or half of one: a damaged file need not be his. */
    public boolean isMarkedFor(String owner) {
        return bodies().stream().anyMatch(line -> HostsBlocks.isMarkedFor(line, owner));
    }

    /** The names in a user's block, in their order; none when the file is damaged. */
    public List<String> names(String owner) {
        return List.copyOf(find(owner)
                .map(block -> names(lines.subList(block.first() + 1, block.last())))
                .orElse(Set.of()));
    }

    private Optional<HostsBlocks.Block> find(String owner) {
        return blocks.all().stream()
                .filter(block -> block.owner().equals(owner))
                .findFirst();
    }

    private static Set<String> names(List<String> inside) {
        Set<String> names = new LinkedHashSet<>();
        for (String line : inside) {
            String name = entry(line);
            if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    /** The name of a line that has the form of those in blocks. */
    private static @Nullable String entry(String line) {
        String body = body(line);
        return LOOPBACKS.stream()
                .filter(address -> body.startsWith(address + " "))
                .map(address -> body.substring(address.length() + 1))
                .filter(name ->
                        name.length() <= MAX_LENGTH && NAME.matcher(name).matches())
                .findFirst()
                .orElse(null);
    }

    /** Lines outside of blocks that lead one of some names to another machine. */
    public List<Shadow> shadows(Collection<String> names) {
        Set<String> wanted = new HashSet<>(names);
        List<Shadow> shadows = new ArrayList<>();
        List<String> bodies = bodies();
        for (int i = 0; i < bodies.size(); i++) {
            int number = i;
            if (blocks.all().stream().noneMatch(block -> block.first() < number && number < block.last())) {
                shadows.addAll(shadows(number + 1, bodies.get(number), wanted));
            }
        }
        return shadows;
    }

    private static List<Shadow> shadows(int number, String line, Set<String> wanted) {
        String[] words = line.split("#", 2)[0].strip().split("[ \t]+");
        if (words.length < 2 || isLoopback(words[0])) {
            return List.of();
        }
        return Stream.of(words)
                .skip(1)
                .map(word -> word.toLowerCase(Locale.ROOT))
                .filter(wanted::contains)
                .map(name -> new Shadow(number, words[0], name))
                .toList();
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            // No address: no resolver goes by such a line.
            return true;
        }
    }

    /**
     * The file with exactly some names in a user's block, or without the block when there are none. What somebody else
     * wrote into the block comes out behind it.
     *
     * @param lineEnd how lines end where the file does not tell
     * @throws GotunnelException {@code IO} when the file is damaged
     */
    public HostsFile with(String owner, Collection<String> names, String lineEnd) {
        String damage = blocks.damage();
        if (damage != null) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    damage,
                    "As an administrator, mend that line with an editor: every \"# BEGIN gotunnel ID\" needs an"
                            + " \"# END gotunnel ID\" below it.");
        }
        Optional<HostsBlocks.Block> block = find(owner);
        String usual = usualLineEnd(lineEnd);
        if (block.isPresent()) {
            return replaced(block.get(), names, usual);
        }
        if (names.isEmpty()) {
            return this;
        }
        boolean endsAbove = !lines.isEmpty() && !lines.getLast().endsWith("\n");
        List<String> next = new ArrayList<>(lines);
        if (endsAbove) {
            next.add(next.removeLast() + usual);
        }
        next.addAll(written(new HostsBlocks.Block(owner, 0, 0, endsAbove), names, usual));
        return new HostsFile(next);
    }

    private HostsFile replaced(HostsBlocks.Block block, Collection<String> names, String lineEnd) {
        List<String> next = new ArrayList<>(lines.subList(0, block.first()));
        List<String> inside = lines.subList(block.first() + 1, block.last());
        List<String> after = new ArrayList<>(
                inside.stream().filter(line -> entry(line) == null).toList());
        after.addAll(lines.subList(block.last() + 1, lines.size()));
        if (!names.isEmpty()) {
            next.addAll(written(block, names, lineEnd));
        } else if (block.endedAbove() && after.isEmpty() && !next.isEmpty()) {
            String above = next.removeLast();
            String ending = ending(lines.get(block.first()));
            next.add(above.endsWith(ending) ? above.substring(0, above.length() - ending.length()) : above);
        }
        next.addAll(after);
        return new HostsFile(next);
    }

    private static List<String> written(HostsBlocks.Block block, Collection<String> names, String lineEnd) {
        List<String> lines = new ArrayList<>();
        lines.add(block.begin() + lineEnd);
        for (String name : new LinkedHashSet<>(names)) {
            LOOPBACKS.forEach(address -> lines.add(address + " " + name + lineEnd));
        }
        lines.add(block.end() + lineEnd);
        return lines;
    }

    private String usualLineEnd(String otherwise) {
        long windows = lines.stream().filter(line -> line.endsWith("\r\n")).count();
        long unix = lines.stream().filter(line -> line.endsWith("\n")).count() - windows;
        return windows > unix ? "\r\n" : unix > 0 ? "\n" : otherwise;
    }

    /** What another version has and this one has not, each line after {@code +}, and the other way round after {@code -}. */
    public List<String> difference(HostsFile next) {
        List<String> difference = new ArrayList<>();
        missing(lines, next.lines).forEach(line -> difference.add("- " + line));
        missing(next.lines, lines).forEach(line -> difference.add("+ " + line));
        return difference;
    }

    private static List<String> missing(List<String> from, List<String> in) {
        List<String> there = new ArrayList<>(in.stream().map(HostsFile::body).toList());
        return from.stream()
                .map(HostsFile::body)
                .filter(line -> !there.remove(line))
                .toList();
    }
}
