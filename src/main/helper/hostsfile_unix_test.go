//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestKeepsTheModeOfTheFile(t *testing.T) {
	m := testMachine(t)
	if err := os.Chmod(m.hosts, 0o604); err != nil {
		t.Fatal(err)
	}
	mustDo(t, m, alice, namesInput("a.test"), "hosts-apply")
	info, err := os.Stat(m.hosts)
	if err != nil || info.Mode().Perm() != 0o604 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestFollowsALinkWithinFoldersOfTheOwner(t *testing.T) {
	m := testMachine(t)
	real := filepath.Join(m.state, "..", "real-hosts")
	if err := os.Rename(m.hosts, real); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../var/lib/real-hosts", m.hosts); err != nil {
		t.Fatal(err)
	}
	mustDo(t, m, alice, namesInput("a.test"), "hosts-apply")
	if info, err := os.Lstat(m.hosts); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if !strings.Contains(read(t, real), "127.0.0.1 a.test\n") {
		t.Error("the file behind the link was not changed")
	}
}

// Two users' runs, a program that appends and one that replaces the file, all at once: no line of anybody's is lost.
func TestNothingIsLostWhenManyWriteAtOnce(t *testing.T) {
	const rounds = 60
	m := testMachine(t)
	var everybody sync.WaitGroup
	together := func(do func(round int)) {
		everybody.Add(1)
		go func() {
			defer everybody.Done()
			for round := 0; round < rounds; round++ {
				do(round)
			}
		}()
	}
	for _, who := range []caller{alice, bob} {
		who := who
		together(func(round int) {
			if answer := ask(m, who, namesInput(fmt.Sprintf("u%s-%d.test", who, round)), "hosts-apply"); !answer.OK && answer.Code != codeBusy {
				t.Errorf("%+v", answer)
			}
		})
	}
	together(func(round int) {
		line := fmt.Sprintf("10.1.0.%d line-%d\n", round, round)
		if round%2 == 0 {
			appendLine(t, m.hosts, line)
		} else {
			replaceCarefully(t, m.hosts, line)
		}
	})
	everybody.Wait()
	mustDo(t, m, alice, namesInput("alice.test"), "hosts-apply")
	mustDo(t, m, bob, namesInput("bob.test"), "hosts-apply")
	text := read(t, m.hosts)
	for round := 0; round < rounds; round++ {
		if line := fmt.Sprintf("10.1.0.%d line-%d\n", round, round); strings.Count(text, line) != 1 {
			t.Errorf("%d times: %s", strings.Count(text, line), line)
		}
	}
	for _, line := range []string{"127.0.0.1 localhost\n", "10.0.0.5 nas\n", "127.0.0.1 alice.test\n", "::1 bob.test\n"} {
		if strings.Count(text, line) != 1 {
			t.Errorf("%d times: %s", strings.Count(text, line), line)
		}
	}
	if strings.Contains(text, "u1000-") || strings.Contains(text, "u1001-") {
		t.Errorf("an old entry is left: %s", text)
	}
}

func appendLine(t *testing.T, path, line string) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Error(err)
		return
	}
	defer file.Close()
	if _, err := file.WriteString(line); err != nil {
		t.Error(err)
	}
}

// replaceCarefully edits as good editors do: it looks whether the file has changed under its hands.
func replaceCarefully(t *testing.T, path, line string) {
	for {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			return
		}
		mine := path + ".editor"
		if err := os.WriteFile(mine, append(append([]byte{}, before...), line...), 0o644); err != nil {
			t.Error(err)
			return
		}
		if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, before) {
			if err := os.Rename(mine, path); err != nil {
				t.Error(err)
			}
			return
		}
	}
}
