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

// When the new hosts file has changed places with the old one, an editor that had opened the old one may still write his
// line into it. The run that made the change waits for him and takes the line over. A note of what was exchanged lets the
// next run do so should this one be ended while it waits.

// exchangeNote tells the old file from the new one by the SHA-256 of what they held.
type exchangeNote struct {
	Before []byte `json:"before"`
	After  []byte `json:"after"`
}

func (m *machine) exchange() string {
	return filepath.Join(m.state, "hosts.exchange")
}

func (m *machine) noteExchange(before, after []byte) error {
	note, err := json.Marshal(exchangeNote{digestOf(before), digestOf(after)})
	if err != nil {
		return err
	}
	return m.writeState(m.exchange(), note, 0o600)
}

// recoverExchange puts the old file back when somebody wrote into it after it had been exchanged, and tells whether it did.
func (m *machine) recoverExchange(path string) (bool, error) {
	text, err := os.ReadFile(m.exchange())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var note exchangeNote
	if err := json.Unmarshal(text, &note); err != nil {
		return false, fail(codeMalformed, "Look whether the hosts file is right, then remove that file.",
			"%s is damaged.", m.exchange())
	}
	old, err := readRegular(draft(path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, removeState(m.exchange())
	}
	if err != nil {
		return false, err
	}
	now, err := readRegular(path)
	if err != nil {
		return false, err
	}
	// With a journal the lines were being taken over already, and the journal knows them.
	_, err = os.Lstat(m.journal())
	lost := errors.Is(err, fs.ErrNotExist) && bytes.Equal(digestOf(now), note.After) &&
		!bytes.Equal(digestOf(old), note.Before) && !bytes.Equal(digestOf(old), note.After)
	if lost {
		if err := os.Rename(draft(path), path); err != nil {
			return false, err
		}
		if err := syncFolder(filepath.Dir(path)); err != nil {
			return false, err
		}
	}
	return lost, removeState(m.exchange())
}

func digestOf(text []byte) []byte {
	digest := sha256.Sum256(text)
	return digest[:]
}
