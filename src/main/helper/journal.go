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
// both versions are put into a journal first, and the next run mends what one that was ended left behind.

// journalHead is the journal's first line; the two versions follow.
type journalHead struct {
	Before int    `json:"before"`
	After  int    `json:"after"`
	Digest []byte `json:"sha256"`
}

func (m *machine) journal() string {
	return filepath.Join(m.state, "hosts.journal")
}

// overwriteHosts writes a new version into the file itself.
func (m *machine) overwriteHosts(path string, before, after []byte) error {
	file, err := os.OpenFile(path, os.O_RDWR|noFollow|noWait, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	release := keepOthersOut(file)
	defer release()
	text, err := readOpen(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, before) {
		return errChanged
	}
	return m.writeThroughJournal(file, before, before, after)
}

// writeThroughJournal turns what a file holds now into a new version. Should that be cut short, the next run puts back the
// old one, which is mostly what the file holds now.
func (m *machine) writeThroughJournal(file *os.File, now, before, after []byte) error {
	if err := m.writeState(m.journal(), encodeJournal(before, after), 0o600); err != nil {
		return err
	}
	err := overwrite(file, now, after)
	if err != nil {
		// Its blocks are still the file's: this needs no space. The journal stays if it fails as well.
		if undo := overwrite(file, after, now); undo != nil {
			return undo
		}
	}
	return firstOf(err, removeState(m.journal()))
}

// overwrite turns one version into the other. Where the text gets shorter, the surplus becomes empty lines before it is
// cut off: whoever reads in between sees every entry whole.
func overwrite(file *os.File, before, after []byte) error {
	padded := pad(after, len(before))
	same := commonPrefix(before, padded)
	if _, err := file.WriteAt(padded[same:], int64(same)); err != nil {
		return err
	}
	if err := file.Truncate(int64(len(after))); err != nil {
		return err
	}
	return file.Sync()
}

// recoverHosts mends a file that a run left half-written, and tells whether it was one.
func (m *machine) recoverHosts(path string) (bool, error) {
	if err := removeState(draft(path)); err != nil {
		return false, err
	}
	journal, err := os.ReadFile(m.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	before, after, err := decodeJournal(journal)
	if err != nil {
		return false, fail(codeMalformed, "Look whether the hosts file is right, then remove the journal.",
			"The journal %s is damaged.", m.journal())
	}
	file, err := os.OpenFile(path, os.O_RDWR|noFollow|noWait, 0)
	if err != nil {
		return false, err
	}
	defer file.Close()
	release := keepOthersOut(file)
	defer release()
	text, err := readOpen(file)
	if err != nil {
		return false, err
	}
	torn := !bytes.Equal(text, before) && !bytes.Equal(text, after) && isMixture(text, before, after)
	if torn {
		if err := overwrite(file, text, before); err != nil {
			return false, err
		}
	}
	return torn, removeState(m.journal())
}

// isMixture tells whether a text can be what is left of writing one version over the other, in whatever order the pieces
// reached the disk. A file that somebody has edited since is none.
func isMixture(text, before, after []byte) bool {
	padded := pad(after, len(before))
	if len(text) < len(before) && len(text) < len(after) || len(text) > len(padded) {
		return false
	}
	for i, b := range text {
		// A piece of a file that has grown and was not written yet reads as zeros.
		if b != padded[i] && (i >= len(before) || b != before[i]) && (i < len(before) || b != 0) {
			return false
		}
	}
	return true
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

func encodeJournal(before, after []byte) []byte {
	digest := sha256.Sum256(concat(before, after))
	head, err := json.Marshal(journalHead{Before: len(before), After: len(after), Digest: digest[:]})
	if err != nil {
		panic(err) // numbers and bytes always have a JSON form
	}
	return concat(head, []byte("\n"), before, after)
}

func decodeJournal(journal []byte) (before, after []byte, err error) {
	line, texts, _ := bytes.Cut(journal, []byte("\n"))
	var head journalHead
	if err := json.Unmarshal(line, &head); err != nil {
		return nil, nil, err
	}
	digest := sha256.Sum256(texts)
	if head.Before < 0 || head.After < 0 || head.Before+head.After != len(texts) || !bytes.Equal(head.Digest, digest[:]) {
		return nil, nil, errors.New("lengths or digest do not fit")
	}
	return texts[:head.Before], texts[head.Before:], nil
}
