package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.proxy.ProxyEngine.HostRefusal;
import dev.gotunnel.testing.PolicyBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostCheckLimitationTest {
    private static final BackendAddress BACKEND = new BackendAddress("localhost", 3000);

    private static TunnelSpec spec(String id, BackendAddress backend) {
        return new TunnelSpec(TunnelId.parse(id), DomainName.parse("app.test"), List.of(backend), true, null);
    }

    private static Limitation limitation(TunnelSpec spec, boolean saved, String path) {
        return HostCheckLimitation.of(spec, saved, new HostRefusal(DevServer.RAILS, "app.test", BACKEND, path));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VITE    | Vite at http://localhost:3000 refuses requests for app.test, a name that it was not told of.",
                "WEBPACK | webpack-dev-server at http://localhost:3000 refuses requests for app.test, a name that it was not told of.",
                "NEXT    | Next.js at http://localhost:3000 refuses hot reload to pages of app.test, a name that it was not told of.",
                "RAILS   | Rails at http://localhost:3000 refuses requests for app.test, a name that it was not told of.",
                "DJANGO  | Django at http://localhost:3000 answers requests for app.test with 400, as it does for names that ALLOWED_HOSTS does not have.",
            })
    void saysWhatIsRefusedAndWhere(DevServer server, String message) {
        Limitation limitation = HostCheckLimitation.of(
                spec("default/app", BACKEND), true, new HostRefusal(server, "app.test", BACKEND, null));
        assertEquals("host-refused", limitation.code());
        assertEquals(message, limitation.message());
    }

    @Test
    void aSavedTunnelIsChangedByACommand() {
        assertEquals(
                "gotunnel start work/app --preset rails --save",
                limitation(spec("work/app", BACKEND), true, null).fix());
    }

    @Test
    void aHostThatTheTunnelKeepsHasToBeGivenUpForThePreset() {
        PolicyBuilder policy = new PolicyBuilder();
        policy.host = HostHeader.parse("preserve");
        assertEquals(
                "gotunnel start default/app --preset rails --host-header backend --save",
                limitation(spec("default/app", BACKEND).withPolicy(policy.build()), true, null)
                        .fix());
    }

    @Test
    void aTunnelOfTheSessionIsStartedAgainWithTheFlagAdded() {
        assertEquals(
                "gotunnel start --port 3000 --domain app.test --name app --preset rails --detach",
                limitation(spec("session/app", BACKEND), false, null).fix());
        assertEquals(
                "gotunnel start --backend https://localhost:3000 --domain app.test --name app --preset rails --detach",
                limitation(spec("session/app", BackendAddress.parse("https://localhost:3000")), false, null)
                        .fix());
    }

    @Test
    void whatElseWasSaidOfATunnelOfTheSessionIsNotLost() {
        PolicyBuilder policy = new PolicyBuilder();
        policy.preset = DevServer.VITE;
        assertEquals(
                "Stop it, and start it again with --preset rails: gotunnel stop session/app",
                limitation(spec("session/app", BACKEND).withPolicy(policy.build()), false, null)
                        .fix());
    }

    @Test
    void onlyThePathThatLeadsThereNeedsThePreset() {
        assertEquals(
                "Give the path /api/ of default/app \"preset: rails\" in gotunnel.yaml.",
                limitation(spec("default/app", BACKEND), true, "/api/").fix());
    }
}
