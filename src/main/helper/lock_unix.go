//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock, or says errLocked. A file that is no longer at its path was a lock that its holder removed.
func tryLock(path string) (*os.File, error) {
	// Nobody else may open it: a lock can be held by whoever can read.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		var held, there os.FileInfo
		if held, err = file.Stat(); err == nil {
			if there, err = os.Lstat(path); err == nil && os.SameFile(held, there) {
				return file, nil
			}
		}
	}
	file.Close()
	if err == nil || errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errLocked
	}
	return nil, err
}

func unlinkLock(file *os.File, path string) {
	_ = os.Remove(path)
	file.Close()
}
