package dev.gotunnel.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Answers the shells' completion; see {@link Completion}. */
@Command(name = CompleteCommand.NAME, hidden = true, description = "Print what may be typed next.")
final class CompleteCommand implements Callable<Integer> {
    static final String NAME = "complete";

    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..*", description = "What was typed after gotunnel, and the word that is being typed.")
    private List<String> words = new ArrayList<>();

    CompleteCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Completion.of(spec.root(), words).forEach(context.output()::line);
        return 0;
    }
}
