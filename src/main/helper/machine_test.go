package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"
)

const (
	alice caller = "1000"
	bob   caller = "1001"
)

const plainHosts = "127.0.0.1 localhost\n::1 localhost\n10.0.0.5 nas\n"

// testMachine is a machine in a folder of its own, with a trust store like Debian's.
func testMachine(t *testing.T) *machine {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Whatever the file mode mask is where the tests run.
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	at := func(path string) string { return filepath.Join(root, path) }
	places := layout{
		base:       root,
		owner:      os.Getuid(),
		hosts:      at("etc/hosts"),
		lineEnd:    "\n",
		lock:       at("run/gotunnel/lock"),
		state:      at("var/lib/gotunnel"),
		suffixes:   at("etc/gotunnel/suffixes"),
		portDropIn: at("etc/sysctl.d/60-gotunnel.conf"),
		portStart:  at("proc/ip_unprivileged_port_start"),
		anchors: []anchorStore{{
			name:     "Test",
			evidence: at("etc/debian_version"),
			folder:   at("usr/local/share/ca-certificates"),
			added:    []string{at("usr/sbin/update"), "added"},
			removed:  []string{at("usr/sbin/update"), "removed"},
		}},
	}
	for _, folder := range []string{"etc/sysctl.d", "run", "var/lib", "proc", "usr/sbin", "usr/local/share/ca-certificates"} {
		if err := os.MkdirAll(at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, places.hosts, plainHosts)
	write(t, places.portStart, "1024\n")
	write(t, at("etc/debian_version"), "12\n")
	bundle := "#!/bin/sh\ncat " + at("usr/local/share/ca-certificates") + "/*.crt >" + at("etc/bundle") + " 2>/dev/null\necho $1 >>" +
		at("etc/updates") + "\n"
	write(t, at("usr/sbin/update"), bundle)
	if err := os.Chmod(at("usr/sbin/update"), 0o755); err != nil {
		t.Fatal(err)
	}
	m := newMachine(places)
	m.patience = 20 * time.Second
	return m
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// reply is what a caller reads.
type reply struct {
	outcome
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
	exit    int
}

// ask runs a verb as its callers do, by its arguments, input and output.
func ask(m *machine, who caller, input string, arguments ...string) reply {
	var out bytes.Buffer
	exit := serve(arguments, strings.NewReader(input), &out, func() (*machine, caller, error) { return m, who, nil })
	answer := reply{exit: exit}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		panic(fmt.Sprintf("no JSON: %q", out.String()))
	}
	return answer
}

func mustDo(t *testing.T, m *machine, who caller, input string, arguments ...string) reply {
	t.Helper()
	answer := ask(m, who, input, arguments...)
	if answer.exit != 0 || !answer.OK {
		t.Fatalf("%v failed: %+v", arguments, answer)
	}
	return answer
}

func namesInput(names ...string) string {
	text, err := json.Marshal(map[string][]string{"names": append([]string{}, names...)})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// snapshot is every file of a machine with its mode and contents.
func snapshot(t *testing.T, m *machine) string {
	t.Helper()
	var all []string
	err := filepath.Walk(m.base, func(path string, info fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		line := info.Mode().String() + " " + path
		if info.Mode().IsRegular() {
			line += " " + read(t, path)
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(all)
	return strings.Join(all, "\n")
}
