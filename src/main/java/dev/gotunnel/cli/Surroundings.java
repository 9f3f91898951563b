package dev.gotunnel.cli;

import dev.gotunnel.config.Layers;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the commands need of the application around them. */
public interface Surroundings {
    /** Sets up logging and reads the configuration, once the flags are known. Called before every command. */
    void begin(GlobalOptions options);

    /** What the user is to know of how the configuration was read; empty before {@link #begin}. */
    List<String> notes();

    /** The configuration in its layers, to be read anew. */
    Layers configuration();

    /** A client of the process that owns the engine; empty when none does. */
    Optional<ControlClient> running();

    /**
     * Becomes the owner of the engine.
     *
     * @param lowPorts whether 80 and 443 are worth a try
     * @return empty when another process owns it
     */
    Optional<Owner> own(boolean lowPorts);

    /**
     * A client of the owner; starts one in the background when there is none.
     *
     * @throws GotunnelException when it does not come up
     */
    ControlClient runningOrSpawned();

    /** The tunnels that are saved in the active profiles. */
    TunnelStore saved();

    /** The tunnels that are saved in the profile {@code default} and another one, unless that is null. */
    TunnelStore saved(@Nullable String profile);

    /** The names of the profiles that the configuration has. */
    Set<String> profiles();

    /** The machine, as this process sees it. */
    MachineService machine();

    /**
     * Ends whatever gotunnel runs for this user, and waits for that.
     *
     * @throws GotunnelException when something goes on
     */
    void endAll();

    /** Whether there is somebody to ask: a terminal. */
    boolean hasTerminal();

    /** Asks the user a question in the terminal, and returns the line typed; empty when there is nobody to ask. */
    Optional<String> ask(String question);

    /**
     * Shows the tray and window until the user quits, or brings those that there are to the front.
     *
     * @return the exit code
     */
    int desktop();

    /** This process as the owner of the engine. Closing it stops all tunnels. */
    interface Owner extends AutoCloseable {
        /** All tunnels. */
        TunnelService tunnels();

        @Override
        void close();
    }
}
