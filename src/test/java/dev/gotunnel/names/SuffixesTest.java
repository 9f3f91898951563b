package dev.gotunnel.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuffixesTest {
    private static final Suffixes MINE = Suffixes.BUILT_IN.with("dev.example.com");

    @Test
    void theBuiltInOnesAreAlwaysThereAndFirst() {
        assertEquals(List.of("local", "test", "localhost"), Suffixes.BUILT_IN.all());
        assertEquals(List.of("local", "test", "localhost", "dev.example.com"), MINE.all());
        assertEquals(MINE, new Suffixes(List.of("dev.example.com", "test", "DEV.example.com", ".dev.example.com")));
        assertEquals(List.of("dev.example.com"), MINE.added());
        assertEquals(".local, .test, .localhost, .dev.example.com", MINE.toString());
        assertEquals(Suffixes.BUILT_IN, MINE.without("dev.example.com"));
        assertTrue(MINE.contains("Dev.Example.com"));
        assertFalse(Suffixes.BUILT_IN.contains("dev.example.com"));
        Failures.of(ErrorCode.USAGE, () -> MINE.without("local"));
    }

    @ParameterizedTest
    @CsvSource({
        "shop.dev.example.com, shop.dev.example.com",
        "a.shop.dev.example.com, a.shop.dev.example.com",
        "SHOP.DEV.example.com., shop.dev.example.com",
        "*.dev.example.com, *.dev.example.com",
        "*.shop.dev.example.com, *.shop.dev.example.com",
        "shop, shop.local",
        "shop.test, shop.test",
        "dev.example, dev.example.local",
        "shop.example.com, shop.example.com.local",
        "shopdev.example.com, shopdev.example.com.local"
    })
    void aNameBelowOneIsComplete(String typed, String name) {
        assertEquals(name, MINE.parse(typed).ascii());
        assertTrue(MINE.have(MINE.parse(typed)));
    }

    @Test
    void anAddedSuffixIsNoNameItself() {
        GotunnelException failure = Failures.of(ErrorCode.USAGE, () -> MINE.parse("dev.example.com"));
        assertEquals("dev.example.com is a suffix; names stand below it.", failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).contains("shop.dev.example.com"));
    }

    @ParameterizedTest
    @CsvSource({
        "shop.example.com, shop.example.com",
        "dev.example.com, dev.example.com",
        "*.example.com, *.example.com",
        "shop.test, shop.test",
        "shop, shop.local"
    })
    void withACertificateOfItsOwnANameWithADotIsTakenAsItStands(String typed, String name) {
        assertEquals(name, MINE.parseProven(typed).ascii());
    }

    @Test
    void aLongNameKeepsApartFromOthersUnderLocalhost() {
        DomainName mine = MINE.parse("shop.dev.example.com");
        assertEquals("shop.dev.example.localhost", mine.localhostName());
        assertEquals("shop.dev.example", mine.stem());
        assertFalse(Suffixes.BUILT_IN.have(mine));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com",
                "co.uk",
                "com.au",
                "github.io",
                "vercel.app",
                "bd.bd",
                "amazonaws.com",
                "s3.eu-west-1.amazonaws.com",
                "windows.net",
                "azure.com",
                "dev",
                "1",
                "10.0.0.1",
                "a.7"
            })
    void domainsBelowWhichStrangersHaveNamesAreRefused(String suffix) {
        GotunnelException failure = Failures.of(ErrorCode.USAGE, () -> Suffixes.BUILT_IN.with(suffix));
        assertTrue(failure.getMessage().startsWith(suffix + " "), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).contains("dev.example.com"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", ".", "..", "a..b", "-a.com", "*.dev.example.com", "a b.com", "http://a.com", "a/b"})
    void whatIsNoDomainIsRefused(String suffix) {
        Failures.of(ErrorCode.USAGE, () -> Suffixes.BUILT_IN.with(suffix));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "shop.co.uk", "me.github.io", "lan", "home", "internal", "corp.internal"})
    void domainsOfOnesOwnAreTaken(String suffix) {
        assertTrue(Suffixes.BUILT_IN.with(suffix).contains(suffix));
    }

    @Test
    void thereIsAnEndToTheirNumber() {
        List<String> many =
                IntStream.range(0, 65).mapToObj(i -> "n" + i + ".example.com").toList();
        Failures.of(ErrorCode.USAGE, () -> new Suffixes(many));
        assertEquals(67, new Suffixes(many.subList(0, 64)).all().size());
    }
}
