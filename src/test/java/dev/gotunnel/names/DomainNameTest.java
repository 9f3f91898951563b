package dev.gotunnel.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNameTest {
    @ParameterizedTest
    @CsvSource({
        "shop, shop.local",
        "api.shop, api.shop.local",
        "shop.local, shop.local",
        "shop.test, shop.test",
        "shop.localhost, shop.localhost",
        "SHOP.Test, shop.test",
        "shop., shop.local",
        "shop.test., shop.test",
        "'  shop  ', shop.local",
        "my-shop2, my-shop2.local",
        "3, 3.local",
        "shop.com, shop.com.local",
        "münchen, xn--mnchen-3ya.local",
        "MÜNCHEN.test, xn--mnchen-3ya.test",
        "例え, xn--r8jz45g.local",
        "shop。test, shop.test"
    })
    void readsWhatAUserTypes(String typed, String name) {
        assertEquals(name, DomainName.parse(typed).ascii());
        assertEquals(name, DomainName.parse(typed).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "..",
                "local",
                "localhost",
                "test",
                "TEST.",
                "shop..test",
                ".shop",
                "shop..",
                "-shop",
                "shop-",
                "a.-b.test",
                "my_shop",
                "sh op",
                "shop/",
                "http://shop",
                "shop:80",
                "shop*",
                "../../etc/passwd",
                "shop\u0000",
                "a\nb",
                "shop\u001b[2J",
                "a\u202eb",
                "shop@test",
                "shop%00",
                "\ud800",
                "$(id)",
                "a'b"
            })
    void refusesWhatIsNoNameAndSaysHowOneLooks(String typed) {
        GotunnelException failure = Failures.of(ErrorCode.USAGE, () -> DomainName.parse(typed));
        assertTrue(String.valueOf(failure.hint()).contains("shop.test"));
    }

    @Test
    void aRefusalObeysNoTerminalAndStaysShort() {
        GotunnelException failure =
                Failures.of(ErrorCode.USAGE, () -> DomainName.parse("\u001b]0;owned\u0007" + "a".repeat(5000) + "!"));
        assertFalse(failure.getMessage().chars().anyMatch(Character::isISOControl));
        assertTrue(failure.getMessage().length() < 200);
    }

    @Test
    void aLabelHasAtMost63Characters() {
        assertEquals(
                "a".repeat(63) + ".test",
                DomainName.parse("a".repeat(63) + ".test").ascii());
        Failures.of(ErrorCode.USAGE, () -> DomainName.parse("a".repeat(64) + ".test"));
    }

    @Test
    void everyNameOfATunnelFitsTheDnsAndAFilesName() {
        String label = "a".repeat(59) + ".";
        DomainName longest = DomainName.parse(label.repeat(4) + "test");
        assertEquals(249, longest.localhostName().length());
        Failures.of(ErrorCode.USAGE, () -> DomainName.parse("bb" + label.repeat(4) + "test"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Shop.test", "shop", "shop.test.", "", "test", "münchen.test", "127.0.0.1", "a.1", "*.test"})
    void aFullNameHasTwoLabelsInLowerCaseAndIsNoAddress(String name) {
        Failures.of(ErrorCode.USAGE, () -> new DomainName(name));
    }

    @Test
    void answersToTheLocalhostNameFirst() {
        DomainName shop = DomainName.parse("api.shop.test");
        assertEquals("api.shop", shop.stem());
        assertEquals("api.shop.localhost", shop.localhostName());
        assertEquals(List.of("api.shop.localhost", "api.shop.test"), shop.allNames());
        assertFalse(shop.isLocalhost());
    }

    @Test
    void aLocalhostNameHasNoSecondOne() {
        DomainName shop = DomainName.parse("shop.localhost");
        assertEquals(List.of("shop.localhost"), shop.allNames());
        assertTrue(shop.isLocalhost());
    }

    @Test
    void namesSortByTheirText() {
        List<String> sorted = Stream.of("b", "a.test", "a")
                .map(DomainName::parse)
                .sorted()
                .map(DomainName::ascii)
                .toList();
        assertEquals(List.of("a.local", "a.test", "b.local"), sorted);
    }

    @ParameterizedTest
    @CsvSource({
        "*.shop, *.shop.local, any.shop, *.shop.localhost",
        "*.api.shop.test, *.api.shop.test, any.api.shop, *.api.shop.localhost",
        "*.bücher, *.xn--bcher-kva.local, any.xn--bcher-kva, *.xn--bcher-kva.localhost"
    })
    void aWildcardStandsForEveryNameBelowAnother(String typed, String ascii, String stem, String localhost) {
        DomainName name = DomainName.parse(typed);
        assertEquals(ascii, name.ascii());
        assertEquals(stem, name.stem());
        assertEquals(localhost, name.localhostName());
        assertTrue(name.isWildcard());
        assertEquals("any" + ascii.substring(1), name.example());
        assertFalse(DomainName.isWritten(ascii), "it is no name that a client can ask for");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*.", "*.local", "*.localhost", "*.test.", "*shop", "s*.shop", "a.*.shop", "*.*.shop"})
    void aStarStandsOnlyForTheWholeFirstLabelBelowAName(String typed) {
        Failures.of(ErrorCode.USAGE, () -> DomainName.parse(typed));
    }
}
