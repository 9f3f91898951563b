package dev.gotunnel.discovery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * macOS: {@code lsof}, which every system has, in its form for programs (a letter before each value, a line each). It tells
 * of this user's processes only. Their words come from {@code ps}.
 */
final class LsofPorts implements ListeningPorts {
    private final Command system;

    LsofPorts(Command system) {
        this.system = system;
    }

    @Override
    public List<ListeningPort> find() {
        try {
            Map<Integer, ListeningPort> found = listeners(system.run(
                    "lsof", "-nP", "-a", "-u", System.getProperty("user.name"), "-iTCP", "-sTCP:LISTEN", "-Fpcn"));
            if (found.isEmpty()) {
                return List.of();
            }
            String pids = found.values().stream()
                    .map(port -> "" + port.pid())
                    .distinct()
                    .collect(Collectors.joining(","));
            Map<Long, Path> folders = folders(system.run("lsof", "-a", "-d", "cwd", "-p", pids, "-Fpn"));
            Map<Long, List<String>> commands = commands(system.run("ps", "-ww", "-o", "pid=,command=", "-p", pids));
            return found.values().stream()
                    .map(port -> new ListeningPort(
                            port.port(),
                            port.pid(),
                            port.program(),
                            commands.getOrDefault(port.pid(), List.of()),
                            folders.get(port.pid())))
                    .toList();
        } catch (IOException e) {
            throw ListeningPorts.unknown(e);
        }
    }

    /** {@code p} is a process, {@code c} its name, {@code n} the address of one of its sockets. */
    static Map<Integer, ListeningPort> listeners(String fields) {
        Map<Integer, ListeningPort> found = new TreeMap<>();
        long pid = 0;
        String program = "";
        for (String line : fields.lines().toList()) {
            String value = line.isEmpty() ? "" : line.substring(1);
            switch (line.isEmpty() ? ' ' : line.charAt(0)) {
                case 'p' -> pid = Long.parseLong(value);
                case 'c' -> program = value;
                case 'n' -> {
                    String digits = value.substring(value.lastIndexOf(':') + 1);
                    if (digits.chars().allMatch(Character::isDigit) && !digits.isEmpty()) {
                        int port = Integer.parseInt(digits);
                        ListeningPort holder = new ListeningPort(port, pid, program, List.of(), null);
                        found.merge(port, holder, (one, other) -> one.pid() < other.pid() ? one : other);
                    }
                }
                default -> {
                    // A field that was not asked for, such as the descriptor's number.
                }
            }
        }
        return found;
    }

    static Map<Long, Path> folders(String fields) {
        Map<Long, Path> folders = new HashMap<>();
        long pid = 0;
        for (String line : fields.lines().toList()) {
            if (line.startsWith("p")) {
                pid = Long.parseLong(line.substring(1));
            } else if (line.startsWith("n/")) {
                folders.put(pid, Path.of(line.substring(1)));
            }
        }
        return folders;
    }

    /** The words of each; a blank in a word is taken for the end of it, since {@code ps} does not tell the difference. */
    static Map<Long, List<String>> commands(String lines) {
        Map<Long, List<String>> commands = new HashMap<>();
        for (String line : lines.lines().toList()) {
            List<String> words = new ArrayList<>(List.of(line.strip().split("\\s+")));
            if (words.size() > 1) {
                commands.put(Long.parseLong(words.removeFirst()), words);
            }
        }
        return commands;
    }
}
