package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxLinks ends a circle of symbolic links.
const maxLinks = 16

// resolve follows a path from the layout's base, link by link, and returns where it ends. Every folder on the way has to
// be the owner's and writable by nobody else; then nobody else can change afterwards where it leads.
func (m *machine) resolve(path string) (string, error) {
	rest, err := m.steps(path)
	if err != nil {
		return "", err
	}
	at := filepath.Clean(m.base)
	links := 0
	for {
		info, err := os.Lstat(at)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if links++; links > maxLinks {
				return "", fmt.Errorf("too many symbolic links at %s", at)
			}
			target, err := os.Readlink(at)
			if err != nil {
				return "", err
			}
			at = filepath.Dir(at)
			steps := strings.Split(target, string(filepath.Separator))
			if filepath.IsAbs(target) {
				at = filepath.Clean(m.base)
				if steps, err = m.steps(target); err != nil {
					return "", err
				}
			}
			rest = append(steps, rest...)
		} else if why := unsafety(info, m.owner); why != "" {
			return "", fail(codeInstallation, asRoot+", look at it with ls -ld and take the rights of others away.",
				"%s %s, so that others could change what this program trusts.", at, why)
		}
		for len(rest) > 0 && (rest[0] == "" || rest[0] == ".") {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return at, nil
		}
		if rest[0] == ".." {
			at = filepath.Dir(at)
		} else {
			at = filepath.Join(at, rest[0])
		}
		rest = rest[1:]
	}
}

func (m *machine) steps(path string) ([]string, error) {
	inside, err := filepath.Rel(m.base, path)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return nil, fmt.Errorf("%s is not below %s", path, m.base)
	}
	return strings.Split(inside, string(filepath.Separator)), nil
}

// makeFolder creates a folder of the owner's alone, if it is not there, and the folders above.
func (m *machine) makeFolder(folder string) error {
	// 0755, for the folders above are the system's; what is secret is secret by its own mode.
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	_, err := m.resolve(folder)
	return err
}

// writeState replaces a file in one step: whoever looks sees the old or the new one, after a crash as well.
func (m *machine) writeState(path string, data []byte, mode fs.FileMode) error {
	folder := filepath.Dir(path)
	if err := m.makeFolder(folder); err != nil {
		return err
	}
	draft := path + ".new"
	// Left by a run that was ended.
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(draft, data, mode); err != nil {
		_ = os.Remove(draft)
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		_ = os.Remove(draft)
		return err
	}
	return syncFolder(folder)
}

// removeDrafts removes what runs that were ended in writeState left.
func (m *machine) removeDrafts() error {
	drafts, err := filepath.Glob(filepath.Join(m.state, "*.new"))
	if err != nil {
		return err
	}
	for _, file := range append(drafts, m.suffixes+".new", m.portDropIn+".new") {
		// A folder that is not safe is told by the verb that needs it.
		if _, err := m.resolve(filepath.Dir(file)); err != nil {
			continue
		}
		// A read-only file system would refuse to remove even what is not there.
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// removeEmptyFolders takes back what a verb that failed had made; a folder that is not empty stays.
func (m *machine) removeEmptyFolders() {
	for _, folder := range []string{m.state, filepath.Dir(m.suffixes)} {
		_ = os.Remove(folder)
	}
}

// writeNew writes a file that must not exist yet, down to the disk.
func writeNew(path string, data []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, mode)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}

// removeState deletes a file if it is there, and its folder if that is empty then: nothing of gotunnel stays.
func removeState(path string) error {
	folder := filepath.Dir(path)
	for _, file := range []string{path + ".new", path} {
		// A read-only file system would refuse to remove even what is not there.
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
		if err := syncFolder(folder); err != nil {
			return err
		}
	}
	if filepath.Base(folder) == "gotunnel" {
		// Fails while there is more in it.
		_ = os.Remove(folder)
	}
	return nil
}
