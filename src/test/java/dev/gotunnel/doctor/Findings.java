package dev.gotunnel.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Finding.Level;
import java.util.List;

/** What a test expects of a check. */
final class Findings {
    private Findings() {}

    /** The one thing that a check finds, which must be of a level. */
    static Finding one(Level level, Check check) {
        List<Finding> found = check.look();
        assertEquals(1, found.size(), found.toString());
        Finding finding = found.getFirst();
        assertEquals(level, finding.level(), finding.toString());
        assertEquals(check.subject(), finding.check());
        return finding;
    }

    /** Does what mends a finding. */
    static void mend(Finding finding) {
        if (finding.repair() == null) {
            throw new AssertionError("nothing mends " + finding);
        }
        finding.repair().work().run();
    }
}
