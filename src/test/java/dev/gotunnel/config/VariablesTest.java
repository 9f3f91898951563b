package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

class VariablesTest {
    private final Variables variables = new Variables(Map.of("PORT", "3000", "EMPTY", "", "HOSTNAME", "box"));
    private final YamlReader reader = new YamlReader("gotunnel.yaml");

    private Node expanded(String text) {
        return variables.expanded(
                YamlText.compose(text, "gotunnel.yaml", false).orElseThrow(), reader);
    }

    private String value(String text) {
        return ((ScalarNode) Objects.requireNonNull(YamlTree.get(expanded("a: '" + text + "'"), "a"))).getValue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "${PORT}                           > 3000",
                "http://${HOSTNAME}:${PORT}/       > http://box:3000/",
                "${NOPE:-4000}                     > 4000",
                "${EMPTY:-4000}                    > 4000",
                "${PORT:-4000}                     > 3000",
                "${EMPTY}                          > ''",
                "${NOPE:-}                         > ''",
                "$${PORT}                          > ${PORT}",
                "$2b$10$abc                        > $2b$10$abc",
                "{host} $PORT {{                   > {host} $PORT {{",
            })
    void aVariableStandsWhereItIsNamed(String written, String said) {
        assertEquals(said, value(written));
        assertEquals(List.of(), reader.problems());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "${NOPE}  > the variable NOPE is not set; set it, or say what applies without: ${NOPE:-VALUE}.",
                "${a b}   > \"${a b}\" is not a variable; write ${NAME} or ${NAME:-VALUE}, or $${ for a ${ that stays.",
                "${       > \"${\" is not a variable; write ${NAME} or ${NAME:-VALUE}, or $${ for a ${ that stays.",
                "${PORT:+x} > \"${PORT:+x}\" is not a variable; write ${NAME} or ${NAME:-VALUE}, or $${ for a ${ that stays.",
            })
    void whatCannotBeIsTold(String written, String problem) {
        value(written);
        assertEquals(List.of("gotunnel.yaml:1:4: a: " + problem), reader.problems());
    }

    @Test
    void oneThatStandsAloneNeedsNoQuotes() {
        ScalarNode port = (ScalarNode) Objects.requireNonNull(YamlTree.get(expanded("port: ${PORT}"), "port"));
        assertEquals("3000", reader.text(port, "port"));
        assertEquals(List.of(), reader.problems());
    }

    @Test
    void keysStayAsTheyAre() {
        assertEquals("x", ((ScalarNode) Objects.requireNonNull(YamlTree.get(expanded("'${PORT}': x"), "${PORT}"))).getValue());
    }

    @Test
    void whatAVariableSaysIsNotReadAgain() {
        Variables sly = new Variables(Map.of("A", "${B}", "B", "secret"));
        Node put = sly.expanded(YamlText.compose("${A}", "f", false).orElseThrow(), reader);
        assertEquals("${B}", ((ScalarNode) put).getValue());
    }

    @Test
    void aListThatHoldsItselfEnds() {
        SequenceNode list = (SequenceNode) Objects.requireNonNull(YamlTree.get(expanded("a: &a [*a, '${PORT}']"), "a"));
        assertSame(list, list.getValue().getFirst());
        assertEquals("3000", ((ScalarNode) list.getValue().getLast()).getValue());
    }
}
