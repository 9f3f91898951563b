package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import dev.gotunnel.config.ConfigFile;
import dev.gotunnel.config.ConfigLoader;
import dev.gotunnel.config.Configuration;
import dev.gotunnel.config.JsonSchema;
import dev.gotunnel.config.Layers;
import dev.gotunnel.config.Setting;
import dev.gotunnel.config.Settings;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gotunnel config}: what gotunnel goes by, and where that is said. */
@Command(
        name = ConfigCommand.NAME,
        mixinStandardHelpOptions = true,
        description = {
            "Show, check and change what gotunnel goes by: a file of yours, one of a project, variables and flags.",
            "All keys: docs/CONFIGURATION.md"
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  gotunnel config show --origin                      what applies, and who says so",
            "  gotunnel config set observability.logging.level debug",
            "  gotunnel config set tunnels[shop].port 3001        one of the saved tunnels",
            "  gotunnel config schema > gotunnel.schema.json      for your editor"
        })
final class ConfigCommand implements Callable<Integer> {
    static final String NAME = "config";

    private final Context context;
    private final Output output;

    private ConfigCommand(Context context) {
        this.context = context;
        this.output = context.output();
    }

    static CommandLine with(Context context) {
        return new CommandLine(new ConfigCommand(context)).addSubcommand(new ConfigProjectCommand.Allow(context))
                .addSubcommand(new ConfigProjectCommand.Deny(context))
                .addSubcommand(new ConfigMigrateCommand(context));
    }

    private Layers layers() {
        return context.surroundings().configuration();
    }

    private ConfigFile file() {
        return new ConfigFile(layers().places().own());
    }

    @Override
    public Integer call() {
        return show(false, Format.TABLE);
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show every key that applies. Secrets are not shown.")
    int show(
            @Option(names = "--origin", description = "Say of each where it comes from: layer, file and line.")
                    boolean origin,
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json or yaml (default: table). Without --origin, json and yaml are what"
                                    + " gotunnel.yaml would say.")
                    Format format) {
        Settings settings = layers().load();
        settings.notes().forEach(output::note);
        settings.unused().forEach(name -> output.note("The variable " + name + " means nothing to gotunnel."));
        List<Setting> all = settings.all().get();
        if (format == Format.TABLE) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(origin ? List.of("KEY", "VALUE", "ORIGIN") : List.of("KEY", "VALUE"));
            all.forEach(setting -> rows.add(
                    origin
                            ? List.of(setting.key(), setting.text(), setting.origin())
                            : List.of(setting.key(), setting.text())));
            output.table(rows);
        } else if (origin) {
            output.machine(all.stream().map(ConfigCommand::row).toList(), format);
        } else {
            output.machine(document(all), format);
        }
        return 0;
    }

    private static Map<String, Object> row(Setting setting) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("key", setting.key());
        row.put("value", setting.value() == null ? setting.words() : setting.value());
        row.put("layer", setting.layer());
        row.put("place", setting.place());
        if (setting.line() != null) {
            row.put("line", setting.line());
        }
        return row;
    }

    /** The keys as one document; what applies in words only is no part of it. */
    private static Map<String, Object> document(List<Setting> all) {
        Nested root = new Nested();
        all.stream().filter(setting -> setting.value() != null).forEach(setting -> root.put(setting.steps(), setting));
        return root.asMap();
    }

    /** A mapping, or a list where the steps are numbers, as it grows. */
    private static final class Nested {
        private final Map<Object, Object> inside = new LinkedHashMap<>();

        void put(List<Object> steps, Setting setting) {
            Object step = steps.getFirst();
            if (steps.size() == 1) {
                inside.put(step, setting.value() == null ? "" : setting.value());
            } else if (inside.computeIfAbsent(step, _ -> new Nested()) instanceof Nested nested) {
                nested.put(steps.subList(1, steps.size()), setting);
            }
        }

        Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            inside.forEach((key, value) -> map.put(String.valueOf(key), plain(value)));
            return map;
        }

        private static Object plain(Object value) {
            if (!(value instanceof Nested nested)) {
                return value;
            }
            boolean list = nested.inside.keySet().stream().allMatch(Integer.class::isInstance);
            return list ? List.copyOf(nested.asMap().values()) : nested.asMap();
        }
    }

    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = "Print what applies for one key, or for each of those below it.")
    int get(@Parameters(paramLabel = "KEY", description = "Such as server.https_port.") String key) {
        List<Setting> all = layers().load().all().get();
        List<Setting> named = all.stream().filter(setting -> setting.key().equals(key)).toList();
        if (!named.isEmpty()) {
            output.line(named.getFirst().text());
            return 0;
        }
        List<Setting> below = all.stream()
                .filter(setting -> setting.key().startsWith(key + ".") || setting.key().startsWith(key + "["))
                .toList();
        if (below.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "Nothing is said of \"" + key + "\".", "See what there is: gotunnel config show");
        }
        below.forEach(setting -> output.line(setting.key() + "=" + setting.text()));
        return 0;
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Say a key in your file. Comments and order stay; what would not be valid is not written.")
    int set(
            @Parameters(index = "0", paramLabel = "KEY", description = "Such as server.https_port, tunnels[shop].port.")
                    String key,
            @Parameters(index = "1", paramLabel = "VALUE", description = "A list is a,b or [a, b].") String value) {
        file().set(key, value);
        output.line(key + " is set in " + layers().places().own());
        layers().load().all().get().stream()
                .filter(setting -> setting.key().equals(key))
                .filter(setting -> setting.layer().equals("environment") || setting.layer().equals("flag"))
                .forEach(setting -> output.line("  " + setting.place() + " stands above it: " + setting.text()));
        return 0;
    }

    @Command(name = "unset", mixinStandardHelpOptions = true, description = "Take a key out of your file.")
    int unset(@Parameters(paramLabel = "KEY", description = "Such as server.https_port.") String key) {
        Path own = layers().places().own();
        output.line(file().unset(key) ? key + " is taken out of " + own : key + " does not stand in " + own);
        return 0;
    }

    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            description = "Check the files, variables and flags that apply, or one file alone.")
    int validate(
            @Parameters(arity = "0..1", paramLabel = "FILE", description = "A file, by itself.") @Nullable Path file) {
        if (file != null) {
            if (!Files.exists(file)) {
                throw new GotunnelException(ErrorCode.CONFIG, "There is no file " + file + ".", "Check its path.");
            }
            Configuration configuration = ConfigLoader.load(file);
            new ConfigFile(file).changesOfMigration().forEach(change -> output.line("  " + change));
            output.line(file + " is valid; it holds " + tunnels(configuration) + ".");
            return 0;
        }
        Settings settings = layers().load();
        settings.notes().forEach(output::line);
        settings.unused().forEach(name -> output.line("The variable " + name + " means nothing to gotunnel."));
        if (settings.files().isEmpty()) {
            output.line("There is no file: the defaults apply.");
            output.line("  Write one: gotunnel config init");
            return 0;
        }
        settings.files().forEach(path -> output.line(path + " is valid."));
        output.line("Together they hold " + tunnels(settings.configuration()) + ".");
        return 0;
    }

    private static String tunnels(Configuration configuration) {
        int number =
                configuration.profiles().values().stream().mapToInt(List::size).sum();
        return number == 1 ? "one tunnel" : (number == 0 ? "no" : number) + " tunnels";
    }

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Write your file with every key in it, commented out.")
    int init() {
        file().init();
        output.line("Written: " + layers().places().own());
        output.line("  Check it after you edited it: gotunnel config validate");
        return 0;
    }

    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            description = "Print the JSON Schema of gotunnel.yaml, by which editors complete and check it.",
            footer = {
                "",
                "Example:",
                "  gotunnel config schema > gotunnel.schema.json      then, as the first line of gotunnel.yaml:",
                "  # yaml-language-server: $schema=gotunnel.schema.json"
            })
    int schema() {
        output.raw(JsonSchema.text());
        return 0;
    }
}
