package dev.gotunnel.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatingSystemTest {
    @ParameterizedTest
    @CsvSource({
        "Linux, LINUX",
        "FreeBSD, LINUX",
        "Mac OS X, MACOS",
        "Darwin, MACOS",
        "Windows 11, WINDOWS",
        "Windows Server 2025, WINDOWS",
        "'', LINUX"
    })
    void knowsTheFamilyByTheNameThatJavaGives(String name, OperatingSystem system) {
        assertEquals(system, OperatingSystem.ofName(name));
    }

    @Test
    void theCurrentOneIsThatOfThisJava() {
        assertSame(OperatingSystem.ofName(System.getProperty("os.name")), OperatingSystem.current());
    }
}
