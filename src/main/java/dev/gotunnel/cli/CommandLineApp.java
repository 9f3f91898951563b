package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The whole command line: its commands, and how their failures become messages and exit codes. */
public final class CommandLineApp {
    private final CommandLine commandLine;

    /**
     * A command line.
     *
     * @param version what {@code --version} prints
     */
    public CommandLineApp(Surroundings surroundings, String version, PrintWriter out, PrintWriter err) {
        GlobalOptions options = new GlobalOptions();
        Output output = new Output(out, err);
        Context context = new Context(surroundings, output, options);
        commandLine = new CommandLine(new RootCommand(context));
        List.of(
                        new StartCommand(context),
                        new StopCommand(context),
                        new StopAllCommand(context),
                        new ListCommand(context),
                        new StatusCommand(context),
                        new FaultCommand(context),
                        new RemoveCommand(context),
                        new OpenCommand(context),
                        new DemoCommand(context),
                        TrustCommand.with(context),
                        HostsCommand.with(context),
                        PortsCommand.with(context),
                        new EnvCommand(context),
                        new EngineCommand(context))
                .forEach(commandLine::addSubcommand);
        commandLine.addSubcommand(new CommandLine.HelpCommand());
        commandLine.addMixin("global", options);
        commandLine.getCommandSpec().version("gotunnel " + version);
        IExecutionStrategy run = new CommandLine.RunLast();
        commandLine
                .setOut(out)
                .setErr(err)
                .registerConverter(Output.Format.class, oneOf(Output.Format.class))
                .registerConverter(TrustCommand.ExportFormat.class, oneOf(TrustCommand.ExportFormat.class))
                .registerConverter(Shell.class, oneOf(Shell.class))
                // A password's file is written @FILE too, and is not to become arguments.
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(true)
                .setExecutionStrategy(parsed -> {
                    if (CommandLine.printHelpIfRequested(parsed)) {
                        return 0;
                    }
                    try {
                        surroundings.begin(options);
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

    /**
     * Runs a command.
     *
     * @return the exit code
     */
    public int run(String... args) {
        return commandLine.execute(args);
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
