package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchedPathTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/v1/users, /v1/users",
        "/v1/?a=/../b, /v1/",
        "*, *",
        "/a%20b, '/a b'",
        "/%61dmin, /admin",
        "//admin, /admin",
        "/x//admin, /x/admin",
        "/v1/../admin, /admin",
        "/v1/./x, /v1/x",
        "/v1/.., /",
        "/v1/x/.., /v1/",
        "/../../admin, /admin",
        "/v1/%2e%2e/admin, /admin",
        "/v1/.%2E/admin, /admin",
        "/v1%2f..%2fadmin, /admin",
        "/v1/..%5cadmin, /admin",
        "'/v1/..\\admin', /admin",
        "/admin;x=1, /admin",
        "/v1/..;/admin, /admin",
        "/100%, /100%",
        "/%zz/a, /%zz/a",
        "/.well-known/x, /.well-known/x",
        "/...x, /...x",
        "/%C3%BC, /ü",
        "/admin%23x, /admin#x"
    })
    void isReadInTheWayThatTheMostLenientServerWould(String target, String path) {
        assertEquals(path, MatchedPath.of(target));
    }
}
