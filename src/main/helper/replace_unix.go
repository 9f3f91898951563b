//go:build unix

package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const noWait = syscall.O_NONBLOCK

// openAlone opens a file to write into it, and holds up everybody else where the system can, until it is released.
func openAlone(path string) (file *os.File, release func(), err error) {
	file, err = os.OpenFile(path, os.O_RDWR|noFollow|noWait, 0)
	if err != nil {
		return nil, nil, err
	}
	unlock := keepOthersOut(file)
	return file, func() { unlock(); file.Close() }, nil
}

// replaceHosts puts a new file in the place of the old one, with its owner, mode and attributes. It fails with errChanged
// when another program was at it as well and it has to be done again, and with errInPlace when no file can be put there.
func (m *machine) replaceHosts(path string, before, after []byte, edit hostsEdit) error {
	next := draft(path)
	file, err := os.OpenFile(next, os.O_RDWR|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if cannotWrite(err) {
		return errInPlace
	}
	if err != nil {
		return err
	}
	defer file.Close()
	err = m.exchangeHosts(path, next, file, before, after, edit)
	if gone := os.Remove(next); err == nil && !errors.Is(gone, fs.ErrNotExist) {
		err = gone
	}
	return firstOf(err, removeState(m.exchange()))
}

func (m *machine) exchangeHosts(path, next string, file *os.File, before, after []byte, edit hostsEdit) error {
	if err := prepare(file, path, after); err != nil {
		return err
	}
	// Nobody is to read the new version, or add to it, before it is sure that no line of the old one is missing in it.
	release := keepOthersOut(file)
	defer release()
	text, err := readRegular(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, before) {
		return errChanged
	}
	if err := m.noteExchange(before, after); err != nil {
		return err
	}
	swapped, err := swap(next, path)
	if errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV) || cannotWrite(err) {
		return errInPlace
	}
	if err != nil {
		return err
	}
	if swapped {
		if err := m.takeOver(path, next, file, before, after, edit); err != nil {
			return err
		}
	}
	release()
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return requirePlace(path, file)
}

// prepare makes a file ready to take the place of another.
func prepare(file *os.File, path string, after []byte) error {
	old, err := os.OpenFile(path, os.O_RDONLY|noFollow|noWait, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil {
		return err
	}
	if _, err := file.Write(after); err != nil {
		return err
	}
	ids := info.Sys().(*syscall.Stat_t)
	if err := file.Chown(int(ids.Uid), int(ids.Gid)); err != nil {
		return err
	}
	if err := file.Chmod(info.Mode()); err != nil {
		return err
	}
	if err := copyAttributes(old, file); err != nil {
		return errInPlace
	}
	return file.Sync()
}

// takeOver looks at the old file, which lies at next after the swap. Whoever changed it after it was read, or is about to,
// finds his lines in the new one.
func (m *machine) takeOver(path, next string, file *os.File, before, after []byte, edit hostsEdit) error {
	awaitWriters(next)
	text, err := readRegular(next)
	if err != nil || bytes.Equal(text, before) {
		return err
	}
	merged, err := edit(text)
	if err == nil {
		err = m.writeThroughJournal(file, journalled{now: after, before: text, after: merged})
	}
	if err != nil {
		if _, back := swap(next, path); back != nil {
			return back
		}
	}
	return err
}

// requirePlace tells whether a file is still where it was put.
func requirePlace(path string, file *os.File) error {
	mine, err := file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(mine, there) {
		return errChanged
	}
	return nil
}

// cannotWrite tells whether a folder takes no new file, while a file in it may still take other contents.
func cannotWrite(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)
}
