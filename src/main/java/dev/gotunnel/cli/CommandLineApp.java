package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The whole command line: its commands, and how their failures become messages and exit codes. */
public final class CommandLineApp {
    /** Asks for help, alone or among other letters of one word; or for the manual. */
    private static final Pattern ALL = Pattern.compile("help|--help.*|-[^-]*h.*|man");

    private final Surroundings surroundings;
    private final String version;
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * A command line.
     *
     * @param version what {@code --version} prints
     */
    public CommandLineApp(Surroundings surroundings, String version, PrintWriter out, PrintWriter err) {
        this.surroundings = surroundings;
        this.version = version;
        this.out = out;
        this.err = err;
    }

    /** By their names, and by what else they are called. */
    private static Map<String, Supplier<Object>> commands(Context context) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("start", () -> new StartCommand(context));
        commands.put("stop", () -> new StopCommand(context));
        commands.put("stop-all", () -> new StopAllCommand(context));
        Supplier<Object> list = () -> new ListCommand(context);
        commands.put("list", list);
        commands.put("ls", list);
        commands.put("status", () -> new StatusCommand(context));
        commands.put("fault", () -> new FaultCommand(context));
        Supplier<Object> remove = () -> new RemoveCommand(context);
        commands.put("remove", remove);
        commands.put("rm", remove);
        commands.put("open", () -> new OpenCommand(context));
        commands.put("demo", () -> new DemoCommand(context));
        commands.put("trust", () -> TrustCommand.with(context));
        commands.put("hosts", () -> HostsCommand.with(context));
        commands.put("ports", () -> PortsCommand.with(context));
        commands.put(ConfigCommand.NAME, () -> ConfigCommand.with(context));
        commands.put("env", () -> new EnvCommand(context));
        commands.put("doctor", () -> new DoctorCommand(context));
        commands.put("uninstall", () -> new UninstallCommand(context));
        commands.put("completion", () -> new CompletionCommand(context));
        commands.put("man", () -> new ManCommand(context));
        commands.put(CompleteCommand.NAME, () -> new CompleteCommand(context));
        commands.put("engine", () -> new EngineCommand(context));
        commands.put("help", CommandLine.HelpCommand::new);
        return commands;
    }

    /**
     * The commands that some words may mean: those that are among them, or all where the words ask for help, or name
     * none. Picocli reads a command from its annotations, which for all of them takes longer than most commands run.
     */
    private static Collection<Supplier<Object>> meant(Map<String, Supplier<Object>> commands, List<String> words) {
        Map<String, Supplier<Object>> named = new LinkedHashMap<>(commands);
        named.keySet().retainAll(words);
        boolean all = words.stream().anyMatch(word -> ALL.matcher(word).matches());
        boolean none = named.keySet()
                .equals(named.containsKey(CompleteCommand.NAME) ? Set.of(CompleteCommand.NAME) : Set.of());
        return new LinkedHashSet<>((all || none ? commands : named).values());
    }

    private CommandLine commandLine(List<String> words) {
        GlobalOptions options = new GlobalOptions();
        Output output = new Output(out, err);
        Context context = new Context(surroundings, output, options);
        CommandLine commandLine = new CommandLine(new RootCommand(context), LiveNames.factory(context));
        meant(commands(context), words).forEach(command -> commandLine.addSubcommand(command.get()));
        commandLine.addMixin("global", options);
        commandLine.getCommandSpec().version("gotunnel " + version);
        IExecutionStrategy run = new CommandLine.RunLast();
        return commandLine
                .setOut(out)
                .setErr(err)
                .registerConverter(Output.Format.class, oneOf(Output.Format.class))
                .registerConverter(TrustCommand.ExportFormat.class, oneOf(TrustCommand.ExportFormat.class))
                .registerConverter(Shell.class, oneOf(Shell.class))
                .registerConverter(CompletionCommand.Script.class, oneOf(CompletionCommand.Script.class))
                // A password's file is written @FILE too, and is not to become arguments.
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(true)
                .setExecutionStrategy(parsed -> {
                    if (CommandLine.printHelpIfRequested(parsed)) {
                        return 0;
                    }
                    try {
                        surroundings.begin(options);
                        if (!isAboutConfiguration(parsed)) {
                            surroundings.notes().forEach(output::note);
                        }
                    } catch (RuntimeException e) {
                        // Only what is wrapped so reaches the handler below.
                        throw new ExecutionException(commandLine, "The command could not begin.", e);
                    }
                    return run.execute(parsed);
                })
                .setParameterExceptionHandler((wrong, args) -> {
                    output.failure(explain(wrong), false);
                    return ErrorCode.USAGE.exitCode();
                })
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    GotunnelException failure = GotunnelException.of(thrown);
                    output.failure(failure, options.isDebug());
                    return failure.code().exitCode();
                });
    }

    /** Commands that tell of the files by themselves, or complete a word. */
    private static boolean isAboutConfiguration(CommandLine.ParseResult parsed) {
        return parsed.hasSubcommand()
                && List.of(ConfigCommand.NAME, CompleteCommand.NAME)
                        .contains(parsed.subcommand().commandSpec().name());
    }

    /**
     * Runs a command.
     *
     * @return the exit code
     */
    public int run(String... args) {
        return commandLine(List.of(args)).execute(args);
    }

    /** One of a few words in any case, named as the help names them. */
    private static <E extends Enum<E>> ITypeConverter<E> oneOf(Class<E> type) {
        List<E> values = List.of(type.getEnumConstants());
        return typed -> values.stream()
                .filter(value -> value.toString().equalsIgnoreCase(typed))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + typed + "' is not one of "
                        + String.join(
                                ", ", values.stream().map(Object::toString).toList())));
    }

    private static GotunnelException explain(ParameterException wrong) {
        String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
        String message = String.valueOf(wrong.getMessage());
        String sentence = message.endsWith(".") ? message : message + ".";
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                return new GotunnelException(
                        ErrorCode.USAGE, sentence, "Did you mean: " + String.join(", ", suggestions) + "?");
            }
        }
        return new GotunnelException(ErrorCode.USAGE, sentence, "See: " + name + " --help");
    }
}
