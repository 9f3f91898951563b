package dev.gotunnel.discovery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Windows: PowerShell, with the processes of this session. Where a process runs is not told there: its folder is unknown,
 * and so is a framework that only the project's files would show.
 */
final class WindowsPorts implements ListeningPorts {
    private static final String SCRIPT = "$ErrorActionPreference='Stop';"
            + "$mine=(Get-Process -Id $PID).SessionId;"
            + "$all=@{};Get-CimInstance Win32_Process|?{$_.SessionId -eq $mine}|%{$all[[int]$_.ProcessId]=$_};"
            + "ConvertTo-Json -Compress @(Get-NetTCPConnection -State Listen|?{$all[[int]$_.OwningProcess]}|%{"
            + "$p=$all[[int]$_.OwningProcess];@{port=$_.LocalPort;pid=$_.OwningProcess;name=$p.Name;command=$p.CommandLine}})";

    private final Command system;

    WindowsPorts(Command system) {
        this.system = system;
    }

    @Override
    public List<ListeningPort> find() {
        try {
            return List.copyOf(
                    listeners(system.run("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", SCRIPT))
                            .values());
        } catch (IOException e) {
            throw ListeningPorts.unknown(e);
        }
    }

    static Map<Integer, ListeningPort> listeners(String json) throws IOException {
        Map<Integer, ListeningPort> found = new TreeMap<>();
        try {
            for (JsonNode one : JsonMapper.shared().readTree(json.isBlank() ? "[]" : json)) {
                String name = one.path("name").asString("");
                ListeningPort holder = new ListeningPort(
                        one.path("port").asInt(),
                        one.path("pid").asLong(),
                        name.endsWith(".exe") ? name.substring(0, name.length() - ".exe".length()) : name,
                        words(one.path("command").asString("")),
                        null);
                found.putIfAbsent(holder.port(), holder);
            }
        } catch (JacksonException e) {
            throw new IOException("PowerShell printed something else than JSON", e);
        }
        return found;
    }

    /** A command line of Windows as words: quotation marks hold blanks together. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        for (char c : (line + " ").toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ' ' && !quoted) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                }
            } else {
                word.append(c);
            }
        }
        return words;
    }
}
