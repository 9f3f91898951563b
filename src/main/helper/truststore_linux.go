package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// bundleDraft is where Debian's update-ca-certificates writes the next bundle.
const bundleDraft = "etc/ssl/certs/ca-certificates.crt.new"

// installAuthority writes the certificate, in a form of its own, into the folder of the distribution, and has the bundle
// made anew.
func (m *machine) installAuthority(who caller, certificate *x509.Certificate) (outcome, error) {
	store, err := m.anchorStore()
	if err != nil {
		return outcome{}, err
	}
	digest := fingerprint(certificate)
	path := filepath.Join(store.folder, authorityFile(who, digest))
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	result := outcome{Fingerprint: digest, Store: store.name}
	known, err := os.ReadFile(path)
	if err == nil && bytes.Equal(known, text) {
		return result, m.finishUpdate(store.added)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return outcome{}, ioFailure("read "+path, err)
	}
	if err := m.beginUpdate(); err != nil {
		return outcome{}, err
	}
	if err := m.writeState(path, text, 0o644); err != nil {
		return outcome{}, ioFailure("write "+path, err)
	}
	result.Changed = true
	if err := m.finishUpdate(store.added); err != nil {
		// A certificate that is trusted half is worse than none. The update is noted as unfinished, now for its removal.
		if noted := m.beginUpdate(); noted != nil {
			return outcome{}, noted
		}
		return outcome{}, firstOf(err, os.Remove(path))
	}
	return result, nil
}

// removeAuthority deletes the file that an earlier call wrote for the same caller, and no other.
func (m *machine) removeAuthority(who caller, digest string) (outcome, error) {
	store, err := m.anchorStore()
	if err != nil {
		return outcome{}, err
	}
	path := filepath.Join(store.folder, authorityFile(who, digest))
	result := outcome{Fingerprint: digest, Store: store.name}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return result, m.finishUpdate(store.removed)
	}
	if err != nil {
		return outcome{}, ioFailure("read "+path, err)
	}
	certificate, err := parseCertificate(string(text))
	if err != nil || fingerprint(certificate) != digest {
		return outcome{}, fail(codeMalformed, asRoot+", look at that file and remove it.",
			"%s does not hold the certificate of that fingerprint.", path)
	}
	// First, so that the next run does it again if this one is ended before the file is gone.
	if err := m.tellFollowers(store, path); err != nil {
		return outcome{}, err
	}
	if err := m.beginUpdate(); err != nil {
		return outcome{}, err
	}
	if err := removeState(path); err != nil {
		return outcome{}, ioFailure("remove "+path, err)
	}
	result.Changed = true
	return result, m.finishUpdate(store.removed)
}

// tellFollowers lets the programs that keep a copy of the store, such as the one for Java, know that a certificate goes:
// update-ca-certificates tells them only of what it adds.
func (m *machine) tellFollowers(store anchorStore, path string) error {
	if store.followers == "" {
		return nil
	}
	folder, err := m.resolve(store.followers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return ioFailure("find "+store.followers, err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ioFailure("list "+folder, err)
	}
	line := "-" + filepath.Join(store.links, strings.TrimSuffix(filepath.Base(path), ".crt")+".pem") + "\n"
	for _, entry := range entries {
		program := filepath.Join(folder, entry.Name())
		if info, err := os.Stat(program); err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			continue
		}
		if err := m.tell([]string{program}, line); err != nil {
			return err
		}
	}
	return nil
}

// anchorStore finds the trust store of this distribution.
func (m *machine) anchorStore() (anchorStore, error) {
	for _, store := range m.anchors {
		if _, err := os.Stat(store.evidence); err != nil {
			continue
		}
		folder, err := m.resolve(store.folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return anchorStore{}, ioFailure("find "+store.folder, err)
		}
		store.folder = folder
		return store, removeAnchorDrafts(folder)
	}
	return anchorStore{}, fail(codeUnsupported, "Install the package ca-certificates, or trust the certificate in each program.",
		"This system has no trust store that gotunnel knows.")
}

func removeAnchorDrafts(folder string) error {
	drafts, err := filepath.Glob(filepath.Join(folder, "gotunnel-*.crt.new"))
	for _, draft := range drafts {
		err = firstOf(err, os.Remove(draft))
	}
	if err != nil {
		return ioFailure("remove what an earlier run left in "+folder, err)
	}
	return nil
}

// beginUpdate notes that the bundle no longer fits the folder, for the case that this run is ended before it does again.
func (m *machine) beginUpdate() error {
	if err := m.writeState(m.unfinishedUpdate(), nil, 0o600); err != nil {
		return ioFailure("note the change in "+m.state, err)
	}
	return nil
}

// finishUpdate has the bundle made anew if that is still to be done.
func (m *machine) finishUpdate(command []string) error {
	if _, err := os.Lstat(m.unfinishedUpdate()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// A run of the program that was ended leaves a draft, to which the next one appends: then it takes one more.
	_, leftover := os.Lstat(filepath.Join(m.base, bundleDraft))
	if err := m.command(command); err != nil {
		return err
	}
	if leftover == nil {
		if err := m.command(command); err != nil {
			return err
		}
	}
	if err := removeState(m.unfinishedUpdate()); err != nil {
		return ioFailure("remove the note in "+m.state, err)
	}
	return nil
}

func (m *machine) unfinishedUpdate() string {
	return filepath.Join(m.state, "trust.unfinished")
}
