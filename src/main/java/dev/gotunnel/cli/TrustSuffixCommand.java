package dev.gotunnel.cli;

import dev.gotunnel.names.Suffixes;
import dev.gotunnel.tunnel.AuthorityRenewal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gotunnel trust suffix}: below which suffixes tunnels may have names. */
@Command(
        name = "suffix",
        mixinStandardHelpOptions = true,
        description = {
            "Let tunnels have names below a domain of your own, beside .local, .test and .localhost.",
            "The certificate authority may sign below these suffixes and nothing else, and what it may sign cannot be"
                    + " changed: so a change makes a new one, as gotunnel trust renew does."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  gotunnel trust suffix add dev.example.com        then: gotunnel start --port 3000 --domain shop.dev.example.com",
            "  gotunnel trust suffix remove dev.example.com",
            "  gotunnel trust suffix list"
        })
final class TrustSuffixCommand implements Callable<Integer> {
    private final Context context;

    TrustSuffixCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list();
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Print the suffixes, one a line.")
    int list() {
        context.surroundings().saved().suffixes().all().forEach(context.output()::line);
        return 0;
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "Let tunnels have names below a suffix. It must be yours: public suffixes such as com, co.uk or"
                            + " github.io are refused.")
    int add(
            @Parameters(paramLabel = "SUFFIX", description = "A domain of your own, such as dev.example.com.")
                    String suffix,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Do not ask.")
                    boolean yes) {
        AuthorityRenewal renewal = context.surroundings().machine().renewal();
        return allow(renewal, renewal.suffixes().with(suffix), yes);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Let no tunnel have a name below a suffix any more.")
    int remove(
            @Parameters(paramLabel = "SUFFIX", description = "A suffix of gotunnel trust suffix list.") String suffix,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Do not ask.")
                    boolean yes) {
        AuthorityRenewal renewal = context.surroundings().machine().renewal();
        return allow(renewal, renewal.suffixes().without(suffix), yes);
    }

    private int allow(AuthorityRenewal renewal, Suffixes wanted, boolean yes) {
        Agreement agreement = new Agreement(context, yes);
        return agreement.exitCode(renewal.allow(wanted, agreement));
    }
}
