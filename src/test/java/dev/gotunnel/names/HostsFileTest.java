package dev.gotunnel.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The same files and the same answers as in the privileged helper's tests. */
class HostsFileTest {
    private static final String ALICE = "1000";
    private static final String BOB = "1001";
    private static final String PLAIN = "127.0.0.1 localhost\n10.0.0.5 nas\n";

    private static HostsFile file(String text) {
        return HostsFile.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(HostsFile file) {
        return new String(file.bytes(), StandardCharsets.ISO_8859_1);
    }

    private static String edited(String text, String who, String... names) {
        return text(file(text).with(who, List.of(names), "\n"));
    }

    /** Files as people have them. */
    static List<String> foreignFiles() {
        return List.of(
                PLAIN,
                "",
                "127.0.0.1 localhost\n10.0.0.5 nas",
                "127.0.0.1 localhost",
                "127.0.0.1 localhost\r\n10.0.0.5 nas\r\n",
                "127.0.0.1 localhost\r\n10.0.0.5 nas",
                "127.0.0.1 localhost\r\n10.0.0.5 nas\n10.0.0.6 tv\r\n",
                "127.0.0.1 localhost\n10.0.0.5 nas\r",
                "\u00EF\u00BB\u00BF127.0.0.1 localhost\n",
                "\u00EF\u00BB\u00BF",
                "10.0.0.5 nas # der Gr\u00FC\u00DFe wegen\n",
                "10.0.0.5 nas\0\0\n\0",
                "\n\n127.0.0.1 localhost\n\n\n\n",
                "# BEGIN gotunnels\n# begin gotunnel 1000\n#BEGIN gotunnel 1000\n # END gotunnel 1000\n",
                "127.0.0.1 aa.local a.local.b\n127.0.0.1 shop.test\n",
                "127.0.0.1 localhost\n# BEGIN gotunnel 1001\n127.0.0.1 b.test\n::1 b.test\n# END gotunnel 1001\n10.0.0.5 nas\n",
                "# BEGIN gotunnel 1001\r\n127.0.0.1 b.test\r\n# hello\r\n# END gotunnel 1001\r\n\u00FF");
    }

    @ParameterizedTest
    @MethodSource("foreignFiles")
    void keepsForeignLinesByteForByte(String foreign) {
        String applied = edited(foreign, ALICE, "shop.test", "api.shop.local");
        assertTrue(applied.startsWith(foreign), applied);
        String again = edited(applied, ALICE, "other.test");
        assertTrue(again.startsWith(foreign), again);
        assertEquals(List.of("other.test"), file(again).names(ALICE));
        assertEquals(foreign, edited(again, ALICE));
    }

    @Test
    void writesBothLoopbackAddressesOnceForEachName() {
        assertEquals(
                PLAIN + "# BEGIN gotunnel 1000\n127.0.0.1 a.test\n::1 a.test\n127.0.0.1 b.local\n::1 b.local\n"
                        + "# END gotunnel 1000\n",
                edited(PLAIN, ALICE, "a.test", "b.local", "a.test"));
    }

    @Test
    void linesEndAsMostOfTheFileDo() {
        assertEquals(
                "127.0.0.1 localhost\r\n# BEGIN gotunnel 1000\r\n127.0.0.1 a.test\r\n::1 a.test\r\n# END gotunnel 1000\r\n",
                edited("127.0.0.1 localhost\r\n", ALICE, "a.test"));
        assertTrue(
                text(file("").with(ALICE, List.of("a.test"), "\r\n")).endsWith("\r\n"), "an empty one by the system");
    }

    @Test
    void anotherUsersBlockIsNeverTouched() {
        String both = edited(edited(PLAIN, BOB, "b.test"), ALICE, "a.test");
        assertEquals(List.of("a.test"), file(both).names(ALICE));
        assertEquals(List.of("b.test"), file(both).names(BOB));
        assertEquals(edited(PLAIN, BOB, "b.test"), edited(both, ALICE));
        assertEquals(edited(PLAIN, ALICE, "a.test"), edited(both, BOB));
    }

    @Test
    void whatOthersWroteIntoTheBlockComesOutBehindIt() {
        String block = edited(PLAIN, ALICE, "a.test").replace("::1 a.test\n", "::1 a.test\n# mine\n10.0.0.9 printer\n");
        assertEquals(edited(PLAIN, ALICE, "c.test") + "# mine\n10.0.0.9 printer\n", edited(block, ALICE, "c.test"));
        assertEquals(PLAIN + "# mine\n10.0.0.9 printer\n", edited(block, ALICE));
    }

    @Test
    void aLineThatOnlyLooksLikeOursIsNone() {
        HostsFile odd = file("# BEGIN gotunnel 1000\n127.0.0.1 A.test\n127.0.0.1  b.test\n127.0.0.1 c.test \n"
                + "127.0.0.1 -d.test\n127.0.0.1 e.test.\n10.0.0.1 f.test\n::1 g.test\n# END gotunnel 1000\n");
        assertEquals(List.of("g.test"), odd.names(ALICE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "# BEGIN gotunnel 1000\\n|1|begins a block that does not end",
                "# END gotunnel 1000\\n|1|ends a block that does not begin",
                "# BEGIN gotunnel 1000\\n# BEGIN gotunnel 1001\\n|2|begins a block within the one of line 1",
                "# BEGIN gotunnel 1000\\n# END gotunnel 1001\\n|2|ends another block than line 1 begins",
                "x\\n# BEGIN gotunnel\\n|2|is not a marker that gotunnel wrote",
                "# BEGIN gotunnel 1\\n# END gotunnel 1 \\n|2|is not a marker that gotunnel wrote",
                "# BEGIN gotunnel 1\\n# END gotunnel 1\\n# BEGIN gotunnel 1\\n# END gotunnel 1\\n|3"
                        + "|begins a second block for 1, whose first is in line 1"
            })
    void aMarkerWithoutItsOtherHalfIsToldByLineAndNothingIsWritten(String text, int line, String what) {
        HostsFile damaged = file(text.replace("\\n", "\n"));
        assertEquals(Optional.of("Line " + line + " of the hosts file " + what + "."), damaged.damage());
        assertEquals(List.of(), damaged.names(ALICE));
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> damaged.with(ALICE, List.of("a.test"), "\n"));
        assertTrue(String.valueOf(failure.hint()).contains("editor"), failure.hint());
    }

    @Test
    void linesOfOthersThatLeadANameElsewhereAreFound() {
        HostsFile shadowed =
                file("10.0.0.5\tnas SHOP.test # moved\n127.0.0.1 shop.test\n::1 shop.test\n#10.0.0.6 shop.test\n"
                        + "fe80::1%eth0 api.test\nnonsense shop.test\n");
        assertEquals(List.of(new HostsFile.Shadow(1, "10.0.0.5", "shop.test")), shadowed.shadows(List.of("shop.test")));
        assertEquals(List.of(), shadowed.shadows(List.of("other.test")));
        assertEquals(
                List.of(new HostsFile.Shadow(2, "10.0.0.7", "a.test")),
                file("\n10.0.0.7 a.test\n" + "# BEGIN gotunnel 1000\n10.0.0.8 a.test\n# END gotunnel 1000\n")
                        .shadows(List.of("a.test")));
    }

    @Test
    void aDifferenceShowsTheLinesThatComeAndGo() {
        HostsFile before = file(edited(PLAIN, ALICE, "a.test", "b.test"));
        assertEquals(
                List.of("- 127.0.0.1 b.test", "- ::1 b.test", "+ 127.0.0.1 c.test", "+ ::1 c.test"),
                before.difference(before.with(ALICE, List.of("a.test", "c.test"), "\n")));
        assertEquals(List.of(), before.difference(before));
        assertEquals(
                List.of("+ # BEGIN gotunnel 1000", "+ 127.0.0.1 a.test", "+ ::1 a.test", "+ # END gotunnel 1000"),
                file(PLAIN).difference(file(PLAIN).with(ALICE, List.of("a.test"), "\n")));
    }

    @Test
    void aHugeFileIsEdited() {
        String huge = "10.0.0.5 nas\n".repeat(200_000);
        assertEquals(huge, edited(edited(huge, ALICE, "a.test"), ALICE));
    }
}
