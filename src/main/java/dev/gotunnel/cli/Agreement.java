package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.tunnel.TrustOutcome;
import dev.gotunnel.tunnel.TrustStep;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Shows what is about to change, asks whether it may when there is somebody to ask, and tells what came of it. */
final class Agreement implements Predicate<List<TrustStep>> {
    private final Context context;
    private final boolean given;
    private boolean declined;

    /**
     * An agreement that is to be found.
     *
     * @param given whether the user has agreed beforehand
     */
    Agreement(Context context, boolean given) {
        this.context = context;
        this.given = given;
    }

    @Override
    public boolean test(List<TrustStep> steps) {
        return to(steps.stream().map(step -> step.store() + ": " + step.what()).toList());
    }

    /** Whether the user agrees to some changes, in words; shows them in any case. */
    boolean to(List<String> changes) {
        context.output().line("This will change:");
        changes.forEach(change -> context.output().line("  " + change));
        if (given) {
            return true;
        }
        Optional<String> answer = context.surroundings().ask("Go on? [Y/n] ");
        declined = answer.map(
                        text -> !List.of("", "y", "yes").contains(text.strip().toLowerCase(Locale.ROOT)))
                .orElse(false);
        if (declined) {
            context.output().line("Nothing was changed.");
        }
        return !declined;
    }

    boolean isDeclined() {
        return declined;
    }

    /** Prints what became of each store. 3 when only permissions were missing, 1 for anything else that failed. */
    int exitCode(List<TrustOutcome> outcomes) {
        for (TrustOutcome outcome : outcomes) {
            context.output().line(outcome.store() + ": " + outcome.message());
            if (!outcome.hint().isEmpty()) {
                context.output().line("  " + outcome.hint());
            }
        }
        List<ErrorCode> failures = outcomes.stream()
                .map(TrustOutcome::failure)
                .flatMap(code -> Optional.ofNullable(code).stream())
                .toList();
        if (declined || failures.stream().anyMatch(code -> code != ErrorCode.NOT_PERMITTED)) {
            return 1;
        }
        return failures.isEmpty() ? 0 : ErrorCode.NOT_PERMITTED.exitCode();
    }
}
