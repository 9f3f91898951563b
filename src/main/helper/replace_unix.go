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

// replaceHosts puts a new file in the place of the old one, with its owner, mode and attributes. It fails with errChanged
// when the old one is no longer what was read, and with errInPlace when no file can be put there.
func replaceHosts(path string, before, after []byte) error {
	next := draft(path)
	if err := writeNew(next, after, 0o600); err != nil {
		_ = os.Remove(next)
		if cannotWrite(err) {
			return errInPlace
		}
		return err
	}
	err := exchangeHosts(path, next, before)
	if gone := os.Remove(next); err == nil && !errors.Is(gone, fs.ErrNotExist) {
		return gone
	}
	return err
}

func exchangeHosts(path, next string, before []byte) error {
	old, err := os.OpenFile(path, os.O_RDONLY|noFollow|noWait, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	if err := likeness(next, old); err != nil {
		return err
	}
	text, err := readOpen(old)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, before) {
		return errChanged
	}
	swapped, err := swap(next, path)
	if errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV) || cannotWrite(err) {
		return errInPlace
	}
	if err != nil {
		return err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if !swapped {
		return nil
	}
	// Now the old one lies at next. Whoever changed it after it was read above wrote lines that must not be lost.
	awaitWriters(next)
	if text, err = readRegular(next); err != nil {
		return err
	}
	if bytes.Equal(text, before) {
		return nil
	}
	if _, err := swap(next, path); err != nil {
		return err
	}
	return errChanged
}

// likeness gives a file the owner, mode and attributes of another, down to the disk.
func likeness(path string, of *os.File) error {
	file, err := os.OpenFile(path, os.O_WRONLY|noFollow, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := of.Stat()
	if err != nil {
		return err
	}
	ids := info.Sys().(*syscall.Stat_t)
	if err := file.Chown(int(ids.Uid), int(ids.Gid)); err != nil {
		return err
	}
	if err := file.Chmod(info.Mode()); err != nil {
		return err
	}
	if err := copyAttributes(of, file); err != nil {
		return errInPlace
	}
	return file.Sync()
}

// cannotWrite tells whether a folder takes no new file, while a file in it may still take other contents.
func cannotWrite(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)
}
