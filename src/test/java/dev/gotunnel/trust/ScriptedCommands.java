package dev.gotunnel.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Programs that answer as a test says, and remember how they were called. */
final class ScriptedCommands implements CommandRunner {
    final List<List<String>> calls = new ArrayList<>();
    Function<List<String>, Answer> answers = command -> new Answer(0, "");
    boolean missing;

    @Override
    public Optional<Path> find(String program) {
        return Optional.empty();
    }

    @Override
    public Answer run(List<String> command) throws IOException {
        calls.add(command);
        if (missing) {
            throw new IOException("no such program");
        }
        return answers.apply(command);
    }

    /** The one call since the last time. */
    List<String> call() {
        if (calls.size() != 1) {
            throw new AssertionError(calls.toString());
        }
        return calls.removeFirst();
    }
}
