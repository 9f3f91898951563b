package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// commandLimit is how long a program of the system may take; making the bundle anew takes seconds on a slow disk.
const commandLimit = 2 * time.Minute

// command runs a program of the system, by its full path, with variables of ours alone.
func (m *machine) command(command []string) error {
	return m.tell(command, "")
}

// tell is command with something to read for the program.
func (m *machine) tell(command []string, input string) error {
	const fix = "Run it as root to see what it says, and mend that."
	path, err := m.resolve(command[0])
	if errors.Is(err, fs.ErrNotExist) {
		return fail(codeMissing, "Install the package ca-certificates.", "%s does not exist.", command[0])
	}
	if err != nil {
		return ioFailure("find "+command[0], err)
	}
	var said lastWords
	process := exec.Command(path, command[1:]...)
	// Some are links to a program that does what it is called.
	process.Args[0] = command[0]
	process.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/"}
	process.Dir = "/"
	process.Stdin = strings.NewReader(input)
	process.Stdout = &said
	process.Stderr = &said
	// A group of its own, to end all that it starts; and it must not outlive this program.
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := process.Start(); err != nil {
		return ioFailure("start "+command[0], err)
	}
	timer := time.AfterFunc(commandLimit, func() { _ = syscall.Kill(-process.Process.Pid, syscall.SIGKILL) })
	err = process.Wait()
	if !timer.Stop() {
		return fail(codeCommand, fix, "%s did not end within %s.", command[0], commandLimit)
	}
	if err != nil {
		return fail(codeCommand, fix, "%s failed (%v): %s", command[0], err, shown(said.line()))
	}
	return nil
}

// lastWords keeps the end of what a program says.
type lastWords struct {
	text []byte
}

func (w *lastWords) Write(more []byte) (int, error) {
	const kept = 4096
	w.text = append(w.text, more...)
	if len(w.text) > kept {
		w.text = append([]byte{}, w.text[len(w.text)-kept:]...)
	}
	return len(more), nil
}

func (w *lastWords) line() string {
	lines := strings.Split(string(bytes.TrimSpace(w.text)), "\n")
	return lines[len(lines)-1]
}
