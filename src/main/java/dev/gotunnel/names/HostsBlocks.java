package dev.gotunnel.names;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The users' blocks of a hosts file, each between two lines with his id. A line without its other half, or within another
 * pair, is a sign of an edit by hand whose meaning nobody but its author knows.
 *
 * @param all the blocks; none when the file is damaged
 * @param damage a sentence on the first line that does not fit; null when all do
 */
record HostsBlocks(List<Block> all, @Nullable String damage) {
    private static final String BEGIN = "# BEGIN gotunnel";
    private static final String END = "# END gotunnel";
    private static final String ENDED_ABOVE = " (ended the line above)";
    private static final Pattern BEGIN_LINE =
            Pattern.compile("# BEGIN gotunnel ([0-9A-Za-z-]{1,128})( \\(ended the line above\\))?");
    private static final Pattern END_LINE = Pattern.compile("# END gotunnel ([0-9A-Za-z-]{1,128})");

    /**
     * One user's block.
     *
     * @param first the number of its first line, from 0
     * @param last the number of its last line
     * @param endedAbove whether the line above had no ending before; removing the block takes that back
     */
    record Block(String owner, int first, int last, boolean endedAbove) {
        String begin() {
            return BEGIN + " " + owner + (endedAbove ? ENDED_ABOVE : "");
        }

        String end() {
            return END + " " + owner;
        }
    }

    /** The blocks of lines without their endings. */
    static HostsBlocks of(List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        Block open = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (isMarker(line, BEGIN)) {
                Matcher found = BEGIN_LINE.matcher(line);
                if (!found.matches()) {
                    return damaged(i, "is not a marker that gotunnel wrote");
                }
                if (open != null) {
                    return damaged(i, "begins a block within the one of line " + (open.first() + 1));
                }
                String owner = found.group(1);
                Integer before = seen.putIfAbsent(owner, i);
                if (before != null) {
                    return damaged(
                            i, "begins a second block for " + owner + ", whose first is in line " + (before + 1));
                }
                open = new Block(owner, i, i, found.group(2) != null);
            } else if (isMarker(line, END)) {
                Matcher found = END_LINE.matcher(line);
                if (!found.matches()) {
                    return damaged(i, "is not a marker that gotunnel wrote");
                }
                if (open == null) {
                    return damaged(i, "ends a block that does not begin");
                }
                if (!open.owner().equals(found.group(1))) {
                    return damaged(i, "ends another block than line " + (open.first() + 1) + " begins");
                }
                blocks.add(new Block(open.owner(), open.first(), i, open.endedAbove()));
                open = null;
            }
        }
        return open == null ? new HostsBlocks(blocks, null) : damaged(open.first(), "begins a block that does not end");
    }

    /** Whether a line begins or ends a block of a user's, or one that names nobody and may be his. */
    static boolean isMarkedFor(String line, String owner) {
        return List.of(BEGIN, END).stream()
                .filter(marker -> isMarker(line, marker))
                .map(marker -> line.substring(marker.length()).strip().split("\\s+")[0])
                .anyMatch(word -> word.isEmpty() || word.equals(owner));
    }

    private static HostsBlocks damaged(int line, String what) {
        return new HostsBlocks(List.of(), "Line " + (line + 1) + " of the hosts file " + what + ".");
    }

    /** Whether a line means to be a marker: the words at its beginning, and no longer word. */
    private static boolean isMarker(String line, String marker) {
        if (!line.startsWith(marker)) {
            return false;
        }
        String rest = line.substring(marker.length());
        return rest.isEmpty() || rest.charAt(0) == ' ' || rest.charAt(0) == '\t';
    }
}
