package main

import (
	"errors"
	"os"
	"syscall"
)

// tryLock opens a file that no other process can open meanwhile.
func tryLock(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, 0, 0)
	if errors.Is(err, sharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(handle), path), nil
}

// unlinkLock closes first: an open file cannot be removed here.
func unlinkLock(file *os.File, path string) {
	file.Close()
	_ = os.Remove(path)
}
