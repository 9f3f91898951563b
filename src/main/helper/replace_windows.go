package main

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const noWait = 0

// othersEnd is how long others may keep the hosts file open in a way that shuts us out.
const othersEnd = time.Second

// replaceHosts leaves it to the journal: a new file would not have the access control list of the old one.
func (m *machine) replaceHosts(string, []byte, []byte, hostsEdit) error {
	return errInPlace
}

// openAlone opens a file to write into it, while others may read but not write. The attribute that makes a hosts file
// read-only, which some set against malware, is taken off meanwhile.
func openAlone(path string) (file *os.File, release func(), err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, nil, err
	}
	attributes, err := syscall.GetFileAttributes(name)
	if err != nil {
		return nil, nil, err
	}
	restore := func() {}
	if attributes&syscall.FILE_ATTRIBUTE_READONLY != 0 {
		if err := syscall.SetFileAttributes(name, attributes&^syscall.FILE_ATTRIBUTE_READONLY); err != nil {
			return nil, nil, err
		}
		restore = func() { _ = syscall.SetFileAttributes(name, attributes) }
	}
	for end := time.Now().Add(othersEnd); ; time.Sleep(time.Millisecond) {
		handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil,
			syscall.OPEN_EXISTING, syscall.FILE_FLAG_OPEN_REPARSE_POINT, 0)
		if err == nil {
			file := os.NewFile(uintptr(handle), path)
			return file, func() { file.Close(); restore() }, nil
		}
		if !errors.Is(err, sharingViolation) || time.Now().After(end) {
			restore()
			return nil, nil, err
		}
	}
}
