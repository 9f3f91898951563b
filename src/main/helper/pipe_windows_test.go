package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// knock opens the pipe as gotunnel does, when it is there.
func knock(t *testing.T, name string) *os.File {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err == nil {
			return file
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

func TestServesTheOneClientOfThePipe(t *testing.T) {
	m := testMachine(t)
	who, err := identify()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	door := &pipe{identify: identify}
	defer func() { _ = syscall.CloseHandle(door.handle) }()
	go func() {
		done <- serve([]string{"hosts-apply"}, door, door, func() (*machine, caller, error) { return m, who, nil })
	}()
	client := knock(t, pipeName(who))
	defer client.Close()
	if _, err := openPipe(who); err == nil {
		t.Error("a second pipe of that name was made")
	}
	// In pieces, as it may come.
	for _, piece := range []string{`{"names":`, `["a.test"]}`, "\n"} {
		if _, err := io.WriteString(client, piece); err != nil {
			t.Fatal(err)
		}
	}
	line, err := bufio.NewReader(client).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var answer reply
	if err := json.Unmarshal(line, &answer); err != nil || !answer.OK || !answer.Changed {
		t.Errorf("%s, %v", line, err)
	}
	if exit := <-done; exit != exitDone {
		t.Errorf("exit code %d", exit)
	}
	if text := read(t, m.hosts); !strings.Contains(text, "# BEGIN gotunnel "+string(who)) {
		t.Error(text)
	}
}

func TestAnotherUsersClientIsRefused(t *testing.T) {
	who, err := identify()
	if err != nil {
		t.Fatal(err)
	}
	door := &pipe{}
	if door.handle, err = openPipe(who); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.CloseHandle(door.handle) }()
	client := knock(t, pipeName(who))
	defer client.Close()
	if err := door.requireClient(who); err != nil {
		t.Error(err)
	}
	var refusal *failure
	if err := door.requireClient("S-1-5-21-1-2-3-1001"); !errors.As(err, &refusal) || refusal.Code != codeNotPermitted {
		t.Errorf("%v", err)
	}
}

func TestReadsOneLineAndNoMoreThanIsAllowed(t *testing.T) {
	for text, want := range map[string]string{"{}\n": "{}", "{}\nmore": "{}", "\n": ""} {
		if line, err := readLine(strings.NewReader(text).Read); err != nil || string(line) != want {
			t.Errorf("%q: %q, %v", text, line, err)
		}
	}
	for _, text := range []string{"", "{}"} {
		if line, err := readLine(strings.NewReader(text).Read); err == nil {
			t.Errorf("%q: %q", text, line)
		}
	}
	long := strings.NewReader(strings.Repeat("x", 10<<20))
	if line, err := readLine(long.Read); err != nil || len(line) <= maxInput || long.Len() < 9<<20 {
		t.Errorf("%d bytes, %v, %d left", len(line), err, long.Len())
	}
}

func TestOnlyProgramFilesIsSafe(t *testing.T) {
	const folder = `C:\Program Files`
	for path, want := range map[string]bool{
		`C:\Program Files\gotunnel\libexec\gotunnel-helper.exe`: true,
		`c:\program files\gotunnel\gotunnel-helper.exe`:         true,
		`C:\Program Files`:                           false,
		`C:\Program Files\`:                          false,
		`C:\Program Files (x86)\gotunnel-helper.exe`: false,
		`C:\Users\me\gotunnel-helper.exe`:            false,
		`D:\Program Files\gotunnel-helper.exe`:       false,
	} {
		if isInside(path, folder) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}

func TestAReadOnlyHostsFileIsChangedAndStaysReadOnly(t *testing.T) {
	m := testMachine(t)
	if err := os.Chmod(m.hosts, 0o444); err != nil {
		t.Fatal(err)
	}
	mustDo(t, m, alice, namesInput("a.test"), "hosts-apply")
	mustDo(t, m, alice, "{}", "hosts-restore")
	info, err := os.Stat(m.hosts)
	if err != nil || info.Mode().Perm()&0o200 != 0 || read(t, m.hosts) != plainHosts {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Chmod(m.hosts, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatAnotherProgramWritesIsBusy(t *testing.T) {
	m := testMachine(t)
	file, err := os.OpenFile(m.hosts, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if answer := ask(m, alice, namesInput("a.test"), "hosts-apply"); answer.Code != codeBusy {
		t.Errorf("%+v", answer)
	}
	file.Close()
	mustDo(t, m, alice, namesInput("a.test"), "hosts-apply")
}
