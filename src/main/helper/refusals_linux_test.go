package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

var update = flag.Bool("update", false, "write the table of refusals into docs/HELPER.md")

const (
	refusalsBegin = "<!-- refusals: written by go test -run TestTheTableOfRefusals -update -->\n"
	refusalsEnd   = "<!-- end of refusals -->\n"
)

// brokenMachine is a machine on which a right request is not carried out.
type brokenMachine struct {
	what      string
	spoil     func(t *testing.T, m *machine)
	arguments string
	input     string
	code      string
}

var rightNames = namesInput("a.test")

var brokenMachines = []brokenMachine{
	{"the hosts file is missing", func(t *testing.T, m *machine) { remove(t, m.hosts) }, "hosts-apply", rightNames, codeMissing},
	{"the hosts file is a folder", func(t *testing.T, m *machine) { remove(t, m.hosts); makeFolder(t, m.hosts) }, "hosts-apply", rightNames, codeMalformed},
	{"the hosts file is a pipe", func(t *testing.T, m *machine) {
		remove(t, m.hosts)
		if err := syscall.Mkfifo(m.hosts, 0o644); err != nil {
			t.Fatal(err)
		}
	}, "hosts-apply", rightNames, codeMalformed},
	{"the hosts file is larger than 16 MiB", func(t *testing.T, m *machine) {
		if err := os.Truncate(m.hosts, maxHosts+1); err != nil {
			t.Fatal(err)
		}
	}, "hosts-apply", rightNames, codeMalformed},
	{"others may write to the hosts file", func(t *testing.T, m *machine) { mode(t, m.hosts, 0o666) }, "hosts-apply", rightNames, codeInstallation},
	{"others may write to its folder", func(t *testing.T, m *machine) { mode(t, filepath.Dir(m.hosts), 0o777) }, "hosts-apply", rightNames, codeInstallation},
	{"the hosts file is a link into a folder that others may write to", func(t *testing.T, m *machine) {
		linkInto(t, m, m.hosts, plainHosts)
	}, "hosts-apply", rightNames, codeInstallation},
	{"the hosts file is a link to itself", func(t *testing.T, m *machine) { remove(t, m.hosts); link(t, "hosts", m.hosts) }, "hosts-apply", rightNames, codeIO},
	{"a marker without its other half", func(t *testing.T, m *machine) {
		write(t, m.hosts, plainHosts+"# BEGIN gotunnel 1001\n")
	}, "hosts-apply", rightNames, codeMalformed},
	{"a block within a block", func(t *testing.T, m *machine) {
		write(t, m.hosts, "# BEGIN gotunnel 1000\n# BEGIN gotunnel 1001\n# END gotunnel 1001\n# END gotunnel 1000\n")
	}, "hosts-restore", "{}", codeMalformed},
	{"two blocks of one user", func(t *testing.T, m *machine) {
		write(t, m.hosts, strings.Repeat("# BEGIN gotunnel 1000\n# END gotunnel 1000\n", 2))
	}, "hosts-restore", "{}", codeMalformed},
	{"a marker with a path for a user", func(t *testing.T, m *machine) {
		write(t, m.hosts, "# BEGIN gotunnel ../../etc\n# END gotunnel ../../etc\n")
	}, "hosts-apply", rightNames, codeMalformed},
	{"the journal is damaged", func(t *testing.T, m *machine) { putState(t, m.journal(), []byte("{}\nx")) }, "hosts-apply", rightNames, codeMalformed},
	{"the note of an exchange is damaged", func(t *testing.T, m *machine) { putState(t, m.exchange(), []byte("x")) }, "hosts-apply", rightNames, codeMalformed},
	{"the list of suffixes allows com", func(t *testing.T, m *machine) { putState(t, m.suffixes, []byte("com\n")) }, "hosts-apply", namesInput("bank.com"), codeMalformed},
	{"others may write to the list of suffixes", func(t *testing.T, m *machine) {
		putState(t, m.suffixes, []byte("bank.com\n"))
		mode(t, m.suffixes, 0o666)
	}, "hosts-apply", namesInput("www.bank.com"), codeInstallation},
	{"others may write to the folder of the lock", func(t *testing.T, m *machine) {
		makeFolder(t, filepath.Dir(m.lock))
		mode(t, filepath.Dir(m.lock), 0o777)
	}, "hosts-apply", rightNames, codeInstallation},
	{"others may write to the folder of the notes", func(t *testing.T, m *machine) { makeFolder(t, m.state); mode(t, m.state, 0o777) }, "hosts-apply", rightNames, codeInstallation},
	{"others may write to the trust store", func(t *testing.T, m *machine) { mode(t, m.anchors[0].folder, 0o775) }, "trust-install", "", codeInstallation},
	{"others may write to the program that makes the bundle", func(t *testing.T, m *machine) { mode(t, m.anchors[0].added[0], 0o777) }, "trust-install", "", codeInstallation},
	{"the program that makes the bundle is missing", func(t *testing.T, m *machine) { remove(t, m.anchors[0].added[0]) }, "trust-install", "", codeMissing},
	{"the program that makes the bundle fails", func(t *testing.T, m *machine) { write(t, m.anchors[0].added[0], "#!/bin/sh\nexit 3\n") }, "trust-install", "", codeCommand},
	{"there is no trust store", func(t *testing.T, m *machine) { m.anchors = nil }, "trust-install", "", codeUnsupported},
	{"another file lies where the ports are set at boot", func(t *testing.T, m *machine) { write(t, m.portDropIn, "x\n") }, "ports-enable", "{}", codeMalformed},
	{"the note of the ports is damaged", func(t *testing.T, m *machine) { putState(t, m.portFile(), []byte(`{"previous":-1}`)) }, "ports-disable", "{}", codeMalformed},
	{"the kernel has no first unprivileged port", func(t *testing.T, m *machine) { remove(t, m.portStart) }, "ports-enable", "{}", codeUnsupported},
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func makeFolder(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func mode(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// linkInto puts a link in the place of a file, to one in a folder that everybody may write to.
func linkInto(t *testing.T, m *machine, path, text string) {
	t.Helper()
	open := filepath.Join(m.base, "tmp")
	makeFolder(t, open)
	mode(t, open, 0o1777)
	write(t, filepath.Join(open, "file"), text)
	remove(t, path)
	link(t, filepath.Join(open, "file"), path)
}

// tryBroken spoils a machine and sends it a request, which must change nothing.
func tryBroken(t *testing.T, broken brokenMachine) (answer reply, m *machine) {
	t.Helper()
	m = testMachine(t)
	m.now = fixedTime
	broken.spoil(t, m)
	input := broken.input
	if broken.arguments == "trust-install" {
		input, _ = certificateInput(t)
	}
	before := snapshot(t, m)
	answer = ask(m, alice, input, broken.arguments)
	if _, err := os.Lstat(m.unfinishedUpdate()); err == nil {
		// What is still to be done to the bundle stays noted until it is done.
		if err := removeState(m.unfinishedUpdate()); err != nil {
			t.Fatal(err)
		}
	}
	if after := snapshot(t, m); after != before {
		t.Errorf("%s: before:\n%s\nafter:\n%s", broken.what, before, after)
	}
	return answer, m
}

func TestTheTableOfRefusals(t *testing.T) {
	table := refusalsBegin + tableOfRequests(t) + tableOfMachines(t) + tableOfCallers(t) + refusalsEnd
	path := filepath.Join("..", "..", "..", "docs", "HELPER.md")
	text := read(t, path)
	before, rest, found := strings.Cut(text, refusalsBegin)
	_, after, ended := strings.Cut(rest, refusalsEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", path)
	}
	want := before + table + after
	if *update {
		write(t, path, want)
	} else if asWritten(text) != asWritten(want) {
		t.Errorf("the table in %s is not true: go test -run TestTheTableOfRefusals -update", path)
	}
}

// asWritten leaves the answers out where another Go than the table's words what is wrong with a certificate.
func asWritten(text string) string {
	if strings.HasPrefix(runtime.Version(), "go1.19") {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "| a certificate: ") {
			lines[i] = line[:strings.LastIndex(line, " | ")]
		}
	}
	return strings.Join(lines, "\n")
}

func tableOfRequests(t *testing.T) string {
	t.Helper()
	m := testMachine(t)
	m.now = fixedTime
	var table strings.Builder
	for _, group := range refusals(t) {
		fmt.Fprintf(&table, "\n#### %s\n\n| sent | code | answer |\n| --- | --- | --- |\n", group.title)
		for _, row := range group.rows {
			answer := ask(m, alice, row.input, row.arguments...)
			fmt.Fprintf(&table, "| %s | `%s` | %s |\n", cell(row.shown()), answer.Code, cell(answer.Message))
		}
	}
	return table.String()
}

func tableOfMachines(t *testing.T) string {
	t.Helper()
	var table strings.Builder
	table.WriteString("\n#### Machines on which a right request is not carried out (Linux)\n\n| state | verb | code | answer |\n| --- | --- | --- | --- |\n")
	for _, broken := range brokenMachines {
		answer, m := tryBroken(t, broken)
		if answer.OK || answer.exit != exitFailed || answer.Code != broken.code || answer.Fix == "" {
			t.Errorf("%s: %+v", broken.what, answer)
		}
		message := strings.ReplaceAll(answer.Message, m.base, "")
		fmt.Fprintf(&table, "| %s | `%s` | `%s` | %s |\n", broken.what, broken.arguments, answer.Code, cell(message))
	}
	return table.String()
}

func tableOfCallers(t *testing.T) string {
	t.Helper()
	var table strings.Builder
	table.WriteString("\n#### Callers that are not what pkexec and sudo say\n\n| variables | code | answer |\n| --- | --- | --- |\n")
	for _, variables := range []map[string]string{
		{"PKEXEC_UID": "alice"}, {"PKEXEC_UID": "-1"}, {"PKEXEC_UID": "01000"}, {"PKEXEC_UID": "+1000"}, {"PKEXEC_UID": "1000 "},
		{"PKEXEC_UID": "1000\n1001"}, {"PKEXEC_UID": "../1000"}, {"PKEXEC_UID": "4294967295"}, {"PKEXEC_UID": "4294967296"},
		{"SUDO_UID": "0x3e8"}, {"SUDO_UID": "1e3"}, {"PKEXEC_UID": "1000", "SUDO_UID": "1001"},
	} {
		_, err := callerOf(func(name string) string { return variables[name] })
		if err == nil {
			t.Errorf("accepted %q", variables)
			continue
		}
		var shown []string
		for _, name := range []string{"PKEXEC_UID", "SUDO_UID"} {
			if value := variables[name]; value != "" {
				shown = append(shown, fmt.Sprintf("%s=%+q", name, value))
			}
		}
		fmt.Fprintf(&table, "| %s | `%s` | %s |\n", cell(strings.Join(shown, " ")), err.(*failure).Code, cell(err.Error()))
	}
	return table.String()
}

// cell makes a text one of a table's.
func cell(text string) string {
	escaped := strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "`", "\\`").Replace(text)
	if strings.ContainsAny(text, `"{}[]`) && !strings.ContainsAny(text, "`|") {
		return "`" + text + "`"
	}
	return escaped
}

func TestTakesTheCallerFromPkexecAndSudo(t *testing.T) {
	for _, test := range []struct {
		variables map[string]string
		want      caller
	}{
		{map[string]string{}, "0"},
		{map[string]string{"PKEXEC_UID": "1000"}, "1000"},
		{map[string]string{"SUDO_UID": "1000"}, "1000"},
		{map[string]string{"PKEXEC_UID": "1000", "SUDO_UID": "1000"}, "1000"},
	} {
		got, err := callerOf(func(name string) string { return test.variables[name] })
		if err != nil || got != test.want {
			t.Errorf("%v: %q, %v", test.variables, got, err)
		}
	}
}
