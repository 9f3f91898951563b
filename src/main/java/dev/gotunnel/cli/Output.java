package dev.gotunnel.cli;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.TrustState;
import dev.gotunnel.tunnel.Tunnel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** What the commands print: for people by default, as JSON or YAML for programs. */
public final class Output {
    /** The forms of {@code --format}. */
    public enum Format {
        TABLE,
        JSON,
        YAML;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final PrintWriter out;
    private final PrintWriter err;

    /** Prints to two writers, which it flushes after every piece. */
    public Output(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Prints a line. */
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Prints without ending the line. */
    public void raw(String text) {
        out.print(text);
        out.flush();
    }

    /** Prints a line that is not a result: beside a program's output, not in it. */
    public void note(String text) {
        err.println(text);
        err.flush();
    }

    /** Prints a failure: what happened, then what to do. */
    public void failure(GotunnelException failure, boolean withCause) {
        err.println("gotunnel: " + failure.getMessage());
        if (failure.hint() != null) {
            err.println("  " + failure.hint());
        }
        if (withCause && failure.getCause() != null) {
            failure.getCause().printStackTrace(err);
        }
        err.flush();
    }

    /** Prints a value in a form for programs. */
    public void machine(Object value, Format format) {
        ObjectMapper mapper = format == Format.JSON
                ? JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                : YAMLMapper.builder()
                        .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                        .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
                        .build();
        line(mapper.writeValueAsString(value).stripTrailing());
    }

    /** Prints tunnels as a table, or in a form for programs. */
    public void tunnels(List<Tunnel> tunnels, Format format) {
        if (format != Format.TABLE) {
            machine(tunnels, format);
            return;
        }
        if (tunnels.isEmpty()) {
            line("No tunnels.");
            line("  Start one: gotunnel start --port 3000 --domain shop");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("TUNNEL", "STATE", "ADDRESS", "BACKEND"));
        for (Tunnel tunnel : tunnels) {
            String address =
                    tunnel.urls().isEmpty() ? tunnel.domain() : tunnel.urls().getFirst();
            rows.add(List.of(tunnel.id(), tunnel.state().id(), address, backends(tunnel)));
        }
        table(rows);
        if (tunnels.stream().anyMatch(tunnel -> !tunnel.limitations().isEmpty())) {
            line("");
            line("Some have limitations. See: gotunnel status NAME");
        }
    }

    private static String backends(Tunnel tunnel) {
        return tunnel.backends().stream()
                .map(b -> b.url() + (tunnel.state().serves() && !b.healthy() ? " (down)" : ""))
                .collect(Collectors.joining(", "));
    }

    /** Prints rows in columns, the first as their heads. */
    void table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                text.append(cell).append(" ".repeat(i == columns - 1 ? 0 : widths[i] - cell.length() + 2));
            }
            line(text.toString().stripTrailing());
        }
    }

    /** Prints trust stores as a table, or in a form for programs. */
    public void trust(List<TrustState> states, Format format) {
        if (format != Format.TABLE) {
            machine(states, format);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("STORE", "FOUND", "TRUSTED", "VERIFIED", "HOW TO MEND"));
        for (TrustState state : states) {
            boolean found = state.found();
            rows.add(List.of(
                    state.store(),
                    found ? "yes" : "no",
                    found ? state.trusted() : "-",
                    found ? state.verified() : "-",
                    state.fix()));
        }
        table(rows);
        for (TrustState state : states) {
            if (!state.note().isEmpty()) {
                line("");
                line(state.store() + ": " + state.note());
            }
        }
    }

    /**
     * Prints what the doctor found, for people or for programs.
     *
     * @param fixed whether what can be mended has been tried already
     */
    public void findings(List<Finding> findings, Format format, boolean fixed) {
        if (format == Format.TABLE) {
            FindingsTable.lines(findings, fixed).forEach(this::line);
        } else {
            machine(findings, format);
        }
    }

    /** Prints all that is known of one tunnel. */
    public void details(Tunnel tunnel) {
        line(tunnel.id() + " is " + tunnel.state().id());
        addresses(tunnel);
        limitations(tunnel);
    }

    /** Prints where a tunnel leads from and to. */
    public void addresses(Tunnel tunnel) {
        for (String url : tunnel.urls()) {
            line("  " + url + "  ->  "
                    + String.join(
                            ", ", tunnel.backends().stream().map(Backend::url).toList()));
        }
        for (Backend backend : tunnel.backends()) {
            if (tunnel.state().serves() && !backend.healthy()) {
                line("  Nothing answers on " + backend.url() + " yet; the page loads by itself once it does.");
            }
        }
    }

    /** Prints what a tunnel does without, and how to mend it. */
    public void limitations(Tunnel tunnel) {
        for (Limitation limitation : tunnel.limitations()) {
            line("");
            line("  " + limitation.message());
            if (!limitation.fix().isEmpty()) {
                line("    " + limitation.fix());
            }
        }
    }
}
