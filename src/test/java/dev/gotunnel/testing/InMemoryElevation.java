package dev.gotunnel.testing;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.HelperAnswer;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A helper without a program: a test says what is granted and what the user answers, and sees what was asked for. */
public final class InMemoryElevation implements Elevation {
    private final Map<Verb, Outlook> outlooks = new EnumMap<>(Verb.class);
    private final List<Asked> asked = new ArrayList<>();
    private @Nullable GotunnelException refusal;
    private Consumer<Asked> effect = _ -> {};

    /** What was asked for, successful or not. */
    public record Asked(Verb verb, Map<String, ?> data, String reason) {}

    /** What would happen with every verb from now on. */
    public synchronized InMemoryElevation with(Outlook outlook) {
        for (Verb verb : Verb.values()) {
            outlooks.put(verb, outlook);
        }
        return this;
    }

    /** The user declines from now on. */
    public synchronized InMemoryElevation declining() {
        refusal = new GotunnelException(ErrorCode.NOT_PERMITTED, "You did not allow it.", "Run it again.");
        return this;
    }

    /** The user allows everything from now on, and each change does something. */
    public synchronized InMemoryElevation doing(Consumer<Asked> change) {
        refusal = null;
        effect = change;
        return this;
    }

    public synchronized List<Asked> asked() {
        return List.copyOf(asked);
    }

    @Override
    public synchronized boolean isInstalled() {
        return outlooks.values().stream().anyMatch(outlook -> outlook != Outlook.UNAVAILABLE);
    }

    @Override
    public synchronized Outlook outlook(Verb verb) {
        return outlooks.getOrDefault(verb, Outlook.UNAVAILABLE);
    }

    @Override
    public synchronized HelperAnswer ask(Verb verb, Map<String, ?> data, String reason) {
        Asked request = new Asked(verb, data, reason);
        asked.add(request);
        Outlook outlook = outlook(verb);
        if (outlook == Outlook.REFUSED || outlook == Outlook.UNAVAILABLE) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED, "Not allowed: " + verb.deed() + " (" + reason + ").", "Ask somebody.");
        }
        if (refusal != null && outlook == Outlook.ASKS) {
            throw refusal;
        }
        effect.accept(request);
        return new HelperAnswer(true, "", "", "", List.of());
    }
}
