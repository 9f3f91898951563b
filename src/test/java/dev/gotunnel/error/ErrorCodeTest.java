package dev.gotunnel.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {
    @ParameterizedTest
    @CsvSource({
        "INTERNAL, 1",
        "IO, 1",
        "OWNER_UNREACHABLE, 1",
        "CERTIFICATE, 1",
        "NO_DESKTOP, 1",
        "USAGE, 2",
        "AMBIGUOUS, 2",
        "CONFIG, 2",
        "NOT_PERMITTED, 3",
        "NO_SUCH_TUNNEL, 4",
        "PORT_TAKEN, 5",
        "NAME_TAKEN, 5"
    })
    void everyCodeHasItsExitCode(ErrorCode code, int exitCode) {
        assertEquals(exitCode, code.exitCode());
        assertNotNull(code.category());
    }

    @ParameterizedTest
    @EnumSource
    void anIdIsALowerCaseWordThatLeadsBackToItsCode(ErrorCode code) {
        assertSame(code, ErrorCode.ofId(code.id()));
        assertEquals(code.id(), code.id().replaceAll("[^a-z-]", "?"));
    }

    @Test
    void idsAreStable() {
        String ids = Arrays.stream(ErrorCode.values()).map(ErrorCode::id).collect(Collectors.joining(" "));
        assertEquals(
                "internal io owner-unreachable certificate no-desktop usage ambiguous config not-permitted"
                        + " no-such-tunnel port-taken name-taken",
                ids);
    }

    @Test
    void aCodeOfANewerVersionIsInternal() {
        assertSame(ErrorCode.INTERNAL, ErrorCode.ofId("from-the-future"));
    }

    @Test
    void ourOwnFailureIsReportedAsItIsEvenFromAnotherThread() {
        GotunnelException ours = new GotunnelException(ErrorCode.PORT_TAKEN, "Taken.", "Choose.");
        assertSame(ours, GotunnelException.of(ours));
        assertSame(ours, GotunnelException.of(new CompletionException(new ExecutionException(ours))));
    }

    @Test
    void aDefectIsToldWithoutInternalsAndKeepsItsCause() {
        RuntimeException defect = new IllegalStateException("field x of class Y");
        GotunnelException failure = GotunnelException.of(defect);
        assertSame(ErrorCode.INTERNAL, failure.code());
        assertFalse(failure.getMessage().contains("class Y"));
        assertSame(defect, failure.getCause());
        assertNotNull(failure.hint());
    }
}
