package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// maxHosts is the largest hosts file that is edited, in bytes: it is held in memory some times over.
	maxHosts = 16 << 20
	// maxRounds is how often another program may change the file under our hands.
	maxRounds = 50
)

var (
	// errChanged says that another program changed the file meanwhile: read it again.
	errChanged = errors.New("changed meanwhile")
	// errInPlace says that the file cannot be replaced by another one: write into it.
	errInPlace = errors.New("cannot be replaced")
)

// hostsEdit turns one version of the file into the next.
type hostsEdit func(text []byte) ([]byte, error)

// hostsApply gives the caller exactly these names.
func hostsApply(m *machine, who caller, input []byte) (outcome, error) {
	var request struct {
		Names []string `json:"names"`
	}
	if err := decode(input, &request); err != nil {
		return outcome{}, err
	}
	suffixes, err := m.allowedSuffixes()
	if err != nil {
		return outcome{}, err
	}
	names, err := checkNames(request.Names, suffixes)
	if err != nil {
		return outcome{}, err
	}
	return m.changeHosts(who, names)
}

// hostsRestore takes the caller's names away.
func hostsRestore(m *machine, who caller, input []byte) (outcome, error) {
	if err := decode(input, &nothing{}); err != nil {
		return outcome{}, err
	}
	return m.changeHosts(who, nil)
}

func (m *machine) changeHosts(who caller, names []string) (outcome, error) {
	path, err := m.resolve(m.hosts)
	if errors.Is(err, fs.ErrNotExist) {
		if len(names) == 0 {
			return outcome{Note: m.hosts + " does not exist. " + m.howToCreateHosts()}, nil
		}
		return outcome{}, fail(codeMissing, m.howToCreateHosts(), "%s does not exist.", m.hosts)
	}
	if err != nil {
		return outcome{}, ioFailure("find "+m.hosts, err)
	}
	recovered, err := m.recoverHosts(path)
	if err != nil {
		return outcome{}, ioFailure("finish what an earlier run began in "+path, err)
	}
	edit := func(text []byte) ([]byte, error) { return editHosts(text, who, names, m.lineEnd) }
	changed, method := false, ""
	for round := 0; round < maxRounds; round++ {
		before, err := readRegular(path)
		if err != nil {
			return outcome{}, ioFailure("read "+path, err)
		}
		after, err := edit(before)
		if err != nil {
			return outcome{}, err
		}
		if bytes.Equal(before, after) {
			return outcome{Changed: changed, Method: method, Recovered: recovered}, m.tidyBackup(after)
		}
		if err := m.backUp(before); err != nil {
			return outcome{}, ioFailure("keep a copy of "+path, err)
		}
		if method, err = m.installHosts(path, before, after, edit); err == nil {
			changed = true
		} else if !errors.Is(err, errChanged) {
			return outcome{}, ioFailure("write "+path, err)
		}
		// Once more: whoever replaced the file at the same time has replaced the new entries as well.
	}
	return outcome{}, fail(codeBusy, "Try again when it is finished.", "Another program keeps changing %s.", path)
}

func (m *machine) installHosts(path string, before, after []byte, edit hostsEdit) (method string, err error) {
	err = m.replaceHosts(path, before, after, edit)
	if !errors.Is(err, errInPlace) {
		return "rename", err
	}
	return "in-place", m.overwriteHosts(path, before, after)
}

// draft is where the next version is written. The lock is held: what lies there was left by a run that was ended.
func draft(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".gotunnel")
}

// backUp keeps the file as it was before gotunnel's first entry.
func (m *machine) backUp(text []byte) error {
	if hasBlocks(text) {
		return nil
	}
	return m.writeState(m.backup(), text, 0o600)
}

// tidyBackup removes the copy when no entry of gotunnel's is left: all other lines are in the file itself.
func (m *machine) tidyBackup(text []byte) error {
	if hasBlocks(text) {
		return nil
	}
	if err := removeState(m.backup()); err != nil {
		return ioFailure("remove "+m.backup(), err)
	}
	return nil
}

func (m *machine) backup() string {
	return filepath.Join(m.state, "hosts.backup")
}

// howToCreateHosts knows the copy, which is all that is left of a file that somebody deleted.
func (m *machine) howToCreateHosts() string {
	if _, err := os.Lstat(m.backup()); err == nil {
		return asRoot + ", put back the copy from before gotunnel's first entry: " + m.backup()
	}
	return asRoot + ", create it with the lines \"127.0.0.1 localhost\" and \"::1 localhost\"."
}

func hasBlocks(text []byte) bool {
	blocks, err := findBlocks(splitLines(text))
	return err != nil || len(blocks) > 0
}

// readRegular reads a file that is no larger than a hosts file may be, and no device or pipe.
func readRegular(path string) ([]byte, error) {
	// A pipe would wait for a writer.
	file, err := os.OpenFile(path, os.O_RDONLY|noFollow|noWait, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readOpen(file)
}

func readOpen(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fail(codeMalformed, "Put a file there.", "%s is not a regular file.", file.Name())
	}
	text, err := io.ReadAll(io.NewSectionReader(file, 0, maxHosts+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxHosts {
		return nil, fail(codeMalformed, "Move entries that nobody needs out of it.",
			"%s is larger than %d MiB.", file.Name(), maxHosts>>20)
	}
	return text, nil
}
