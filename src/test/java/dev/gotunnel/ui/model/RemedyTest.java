package dev.gotunnel.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemedyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gotunnel trust install | gotunnel trust install",
                "sudo gotunnel hosts apply | sudo gotunnel hosts apply",
                "Stop nginx, then: gotunnel ports enable | gotunnel ports enable",
                "See: gotunnel list. | gotunnel list",
                "Run: sudo setcap cap_net_bind_service=+ep java | sudo setcap cap_net_bind_service=+ep java",
                "Ask gotunnel to do it. |",
                "Use letters, digits and dashes: shop, api.shop or shop.test. |",
                "Free the port. |"
            })
    void findsTheCommandInAnAdvice(String advice, String command) {
        assertEquals(Optional.ofNullable(command), Remedy.of(advice).command());
    }
}
