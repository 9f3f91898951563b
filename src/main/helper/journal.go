package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A hosts file that is a mount of its own, as in containers, cannot be replaced, and writing into it is not one step. So
// all versions are put into a journal first, and the next run mends what one that was ended left behind.

// journalHead is the journal's first line; the three versions follow.
type journalHead struct {
	Now    int    `json:"now"`
	Before int    `json:"before"`
	After  int    `json:"after"`
	Digest []byte `json:"sha256"`
}

// journalled are the versions of the file that a write is about: what it holds when the write begins, what it has to hold
// if the write is cut short, and what it is to hold. The first two differ where an editor's lines are still to come in.
type journalled struct {
	now, before, after []byte
}

func (m *machine) journal() string {
	return filepath.Join(m.state, "hosts.journal")
}

// overwriteHosts writes a new version into the file itself.
func (m *machine) overwriteHosts(path string, before, after []byte) error {
	file, release, err := openAlone(path)
	if err != nil {
		return err
	}
	defer release()
	text, err := readOpen(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, before) {
		return errChanged
	}
	return m.writeThroughJournal(file, journalled{now: before, before: before, after: after})
}

// writeThroughJournal turns what a file holds now into the new version. Should that be cut short, the next run puts back
// the one before.
func (m *machine) writeThroughJournal(file *os.File, texts journalled) error {
	if err := m.writeState(m.journal(), texts.encode(), 0o600); err != nil {
		return err
	}
	err := overwrite(file, texts.now, texts.after)
	if err != nil {
		// Its blocks are still the file's: this needs no space. The journal stays if it fails as well.
		if undo := overwrite(file, texts.after, texts.now); undo != nil {
			return undo
		}
	}
	return firstOf(err, removeState(m.journal()))
}

// overwrite turns one version into the other, by one system call where that can be: to grow is one write, to lose the end
// one cut. Else the surplus becomes empty lines before it is cut off: whoever reads in between sees every entry whole.
func overwrite(file *os.File, before, after []byte) error {
	if !bytes.HasPrefix(before, after) {
		padded := pad(after, len(before))
		same := commonPrefix(before, padded)
		if _, err := file.WriteAt(padded[same:], int64(same)); err != nil {
			return err
		}
	}
	if err := file.Truncate(int64(len(after))); err != nil {
		return err
	}
	return file.Sync()
}

// recoverHosts mends a file that a run left half-written, and tells whether it was one.
func (m *machine) recoverHosts(path string) (bool, error) {
	exchanged, err := m.recoverExchange(path)
	if err != nil {
		return false, err
	}
	if err := removeState(draft(path)); err != nil {
		return false, err
	}
	journal, err := os.ReadFile(m.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return exchanged, nil
	}
	if err != nil {
		return false, err
	}
	texts, err := decodeJournal(journal)
	if err != nil {
		return false, fail(codeMalformed, "Look whether the hosts file is right, then remove the journal.",
			"The journal %s is damaged.", m.journal())
	}
	file, release, err := openAlone(path)
	if err != nil {
		return false, err
	}
	defer release()
	text, err := readOpen(file)
	if err != nil {
		return false, err
	}
	torn := !bytes.Equal(text, texts.before) && !bytes.Equal(text, texts.after) && texts.isMixture(text)
	if torn {
		if err := overwrite(file, text, texts.before); err != nil {
			return false, err
		}
	}
	return torn || exchanged, removeState(m.journal())
}

// isMixture tells whether a text can be what is left of writing one version over the other, in whatever order the pieces
// reached the disk, or of putting the one before back. A file that somebody has edited since is none.
func (texts journalled) isMixture(text []byte) bool {
	shortest, longest := len(texts.now), len(texts.now)
	for _, version := range [][]byte{texts.before, texts.after} {
		if len(version) < shortest {
			shortest = len(version)
		}
		if len(version) > longest {
			longest = len(version)
		}
	}
	if len(text) < shortest || len(text) > longest {
		return false
	}
	for i, b := range text {
		if !texts.mayHold(i, b) {
			return false
		}
	}
	return true
}

// mayHold tells whether a byte can have come to a place. Behind the end of a version it is the surplus, made empty lines,
// or a piece of a file that has grown and was not written yet, which reads as zeros.
func (texts journalled) mayHold(place int, b byte) bool {
	for _, version := range [][]byte{texts.now, texts.before, texts.after} {
		if place < len(version) && version[place] == b || place >= len(version) && (b == '\n' || b == 0) {
			return true
		}
	}
	return false
}

func pad(text []byte, length int) []byte {
	if len(text) >= length {
		return text
	}
	return concat(text, bytes.Repeat([]byte("\n"), length-len(text)))
}

func commonPrefix(a, b []byte) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

func (texts journalled) encode() []byte {
	all := concat(texts.now, texts.before, texts.after)
	digest := sha256.Sum256(all)
	head, err := json.Marshal(journalHead{len(texts.now), len(texts.before), len(texts.after), digest[:]})
	if err != nil {
		panic(err) // numbers and bytes always have a JSON form
	}
	return concat(head, []byte("\n"), all)
}

func decodeJournal(journal []byte) (journalled, error) {
	line, all, _ := bytes.Cut(journal, []byte("\n"))
	var head journalHead
	if err := json.Unmarshal(line, &head); err != nil {
		return journalled{}, err
	}
	digest := sha256.Sum256(all)
	if head.Now < 0 || head.Before < 0 || head.After < 0 || head.Now+head.Before+head.After != len(all) ||
		!bytes.Equal(head.Digest, digest[:]) {
		return journalled{}, errors.New("lengths or digest do not fit")
	}
	behind := all[head.Now:]
	return journalled{now: all[:head.Now], before: behind[:head.Before], after: behind[head.Before:]}, nil
}
