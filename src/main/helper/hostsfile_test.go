package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestApplyAndRestoreLeaveNothingBehind(t *testing.T) {
	m := testMachine(t)
	before := snapshot(t, m)
	if !mustDo(t, m, alice, namesInput("a.test"), "hosts-apply").Changed {
		t.Error("says that nothing changed")
	}
	if read(t, m.backup()) != plainHosts {
		t.Error("no copy of the original")
	}
	if mustDo(t, m, alice, namesInput("a.test"), "hosts-apply").Changed {
		t.Error("says that the same names changed something")
	}
	mustDo(t, m, bob, namesInput("b.test"), "hosts-apply")
	mustDo(t, m, alice, "{}", "hosts-restore")
	if read(t, m.backup()) != plainHosts {
		t.Error("the copy is gone while another user has entries")
	}
	mustDo(t, m, bob, namesInput(), "hosts-apply")
	if after := snapshot(t, m); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func TestAMissingFileIsSaidAndNotMade(t *testing.T) {
	m := testMachine(t)
	if err := os.Remove(m.hosts); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, m)
	if answer := ask(m, alice, namesInput("a.test"), "hosts-apply"); answer.Code != codeMissing || answer.exit != exitFailed {
		t.Errorf("%+v", answer)
	}
	mustDo(t, m, alice, "{}", "hosts-restore")
	if snapshot(t, m) != before {
		t.Error("something was left behind")
	}
}

func TestAFileThatIsTooLargeIsRefused(t *testing.T) {
	m := testMachine(t)
	if err := os.Truncate(m.hosts, maxHosts+1); err != nil {
		t.Fatal(err)
	}
	if answer := ask(m, alice, namesInput("a.test"), "hosts-apply"); answer.Code != codeMalformed {
		t.Errorf("%+v", answer)
	}
}

func TestWritesIntoTheFileThroughAJournal(t *testing.T) {
	for what, text := range foreignFiles {
		m := testMachine(t)
		write(t, m.hosts, text)
		after := edited(t, text, alice, "a.test")
		if err := m.overwriteHosts(m.hosts, []byte(text), []byte(after)); err != nil || read(t, m.hosts) != after {
			t.Errorf("%s: %v", what, err)
		}
		if err := m.overwriteHosts(m.hosts, []byte(after), []byte(text)); err != nil || read(t, m.hosts) != text {
			t.Errorf("%s: %v", what, err)
		}
		if err := m.overwriteHosts(m.hosts, []byte(after), []byte(text)); !errors.Is(err, errChanged) || read(t, m.hosts) != text {
			t.Errorf("%s: overwrote a change: %v", what, err)
		}
		if _, err := os.Stat(m.journal()); err == nil {
			t.Errorf("%s: the journal is still there", what)
		}
	}
}

// However much of either version has reached the disk, the next run starts from a whole one.
func TestRecoversEveryHalfWrittenFile(t *testing.T) {
	block := edited(t, plainHosts, alice, "long-name.test", "another.test") + "10.0.0.9 below\n"
	for _, change := range []struct{ before, after string }{
		{plainHosts, edited(t, plainHosts, alice, "a.test")},
		{block, edited(t, block, alice)},
		{block, edited(t, block, alice, "a.test")},
		{block, edited(t, block, alice, "a.test", "b.test", "c.test", "d.test", "e.test", "f.test")},
	} {
		m := testMachine(t)
		padded := pad([]byte(change.after), len(change.before))
		for written := 0; written <= len(padded); written++ {
			text := concat(padded[:written])
			if written < len(change.before) {
				text = concat(text, []byte(change.before[written:]))
			}
			putState(t, m.journal(), journalOf(change.before, change.after))
			write(t, m.hosts, string(text))
			if _, err := m.recoverHosts(m.hosts); err != nil {
				t.Fatal(err)
			}
			if got := read(t, m.hosts); got != change.before && got != change.after {
				t.Fatalf("after %d bytes: %q", written, got)
			}
		}
	}
}

func journalOf(before, after string) []byte {
	return journalled{now: []byte(before), before: []byte(before), after: []byte(after)}.encode()
}

// putState writes what a run that was ended left, without waiting for the disk.
func putState(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, path, string(data))
}

// A run that was taking an editor's line over into its new version was ended at any byte of it.
func TestAnEditorsLineThatWasBeingTakenOverIsKept(t *testing.T) {
	now := edited(t, plainHosts, alice, "a.test")
	before := plainHosts + "10.0.0.8 editor\n"
	after := edited(t, before, alice, "a.test")
	for written := 0; written <= len(after); written++ {
		m := testMachine(t)
		text := after[:written]
		if written < len(now) {
			text += now[written:]
		}
		write(t, m.hosts, text)
		journal := journalled{now: []byte(now), before: []byte(before), after: []byte(after)}.encode()
		putState(t, m.journal(), journal)
		mustDo(t, m, alice, "{}", "hosts-restore")
		if got := read(t, m.hosts); got != before {
			t.Fatalf("after %d bytes: %q", written, got)
		}
	}
}

func TestALineWrittenIntoTheOldFileAfterTheExchangeIsKept(t *testing.T) {
	for what, test := range map[string]struct{ old, now, want string }{
		"not exchanged yet": {edited(t, plainHosts, alice, "a.test"), plainHosts, plainHosts},
		"half written":      {plainHosts, plainHosts, plainHosts},
		"exchanged":         {plainHosts, edited(t, plainHosts, alice, "a.test"), plainHosts},
		"exchanged, and an editor wrote into the old one": {
			plainHosts + "10.0.0.8 editor\n", edited(t, plainHosts, alice, "a.test"), plainHosts + "10.0.0.8 editor\n",
		},
		"and another into the new one": {
			plainHosts, edited(t, plainHosts, alice, "a.test") + "10.0.0.8 editor\n", plainHosts + "10.0.0.8 editor\n",
		},
	} {
		m := testMachine(t)
		write(t, m.hosts, test.now)
		write(t, draft(m.hosts), test.old)
		if err := m.noteExchange([]byte(plainHosts), []byte(edited(t, plainHosts, alice, "a.test"))); err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, m)
		mustDo(t, m, alice, "{}", "hosts-restore")
		if got := read(t, m.hosts); got != test.want || strings.Contains(snapshot(t, m), "gotunnel") {
			t.Errorf("%s: from %s to %s", what, before, snapshot(t, m))
		}
	}
}

func TestTheCopyIsNamedWhenTheFileIsGone(t *testing.T) {
	m := testMachine(t)
	mustDo(t, m, alice, namesInput("a.test"), "hosts-apply")
	if err := os.Remove(m.hosts); err != nil {
		t.Fatal(err)
	}
	if answer := ask(m, alice, namesInput("b.test"), "hosts-apply"); !strings.Contains(answer.Fix, m.backup()) {
		t.Errorf("%+v", answer)
	}
	if answer := mustDo(t, m, alice, "{}", "hosts-restore"); !strings.Contains(answer.Note, m.backup()) {
		t.Errorf("%+v", answer)
	}
	if read(t, m.backup()) != plainHosts {
		t.Error("the copy is gone")
	}
}

func TestAJournalDoesNotUndoWhatSomebodyWroteSince(t *testing.T) {
	m := testMachine(t)
	after := edited(t, plainHosts, alice, "a.test")
	if err := m.writeState(m.journal(), journalOf(plainHosts, after), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, m.hosts, "10.0.0.7 new\n"+plainHosts)
	if mustDo(t, m, alice, "{}", "hosts-restore").Recovered || read(t, m.hosts) != "10.0.0.7 new\n"+plainHosts {
		t.Errorf("got %q", read(t, m.hosts))
	}
}

func TestADamagedJournalIsSaid(t *testing.T) {
	m := testMachine(t)
	damaged := journalOf("a\n", "b\n")
	damaged[len(damaged)-2]++
	if err := m.writeState(m.journal(), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if answer := ask(m, alice, "{}", "hosts-restore"); answer.Code != codeMalformed || read(t, m.hosts) != plainHosts {
		t.Errorf("%+v", answer)
	}
}
