package main

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// renameat2 is newer than the standard library's tables.
var renameat2 = map[string]uintptr{"386": 353, "amd64": 316, "arm": 382, "arm64": 276, "riscv64": 276}

const (
	atWorkingFolder = ^uintptr(99) // AT_FDCWD, -100
	renameExchange  = 2            // RENAME_EXCHANGE
	setLease        = 1024         // F_SETLEASE
)

// writersEnd is how long others may keep a file open that we want for ourselves.
const writersEnd = time.Second

// swap lets two files change places in one step, so that what was there can still be looked at. Where the file system
// cannot, the first takes the place of the second, and swapped is false.
func swap(first, second string) (swapped bool, err error) {
	if number, known := renameat2[runtime.GOARCH]; known {
		a, err := syscall.BytePtrFromString(first)
		if err != nil {
			return false, err
		}
		b, err := syscall.BytePtrFromString(second)
		if err != nil {
			return false, err
		}
		_, _, errno := syscall.Syscall6(number, atWorkingFolder, uintptr(unsafe.Pointer(a)),
			atWorkingFolder, uintptr(unsafe.Pointer(b)), renameExchange, 0)
		if errno == 0 {
			return true, nil
		}
		if errno != syscall.ENOSYS && errno != syscall.EINVAL {
			return false, errno
		}
	}
	return false, os.Rename(first, second)
}

// awaitWriters waits until nobody has a file open for writing: only then does the kernel give a lease on it.
func awaitWriters(path string) {
	file, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return
	}
	defer file.Close()
	lease(file, syscall.F_RDLCK)
}

// keepOthersOut holds up everybody who opens a file, until the returned function is called or the kernel's patience ends.
// Without it (a file system that knows no leases, a program that never closes the file) there remains a gap between
// comparing and writing.
func keepOthersOut(file *os.File) (release func()) {
	if !lease(file, syscall.F_WRLCK) {
		return func() {}
	}
	return func() { _, _, _ = syscall.Syscall(syscall.SYS_FCNTL, file.Fd(), setLease, syscall.F_UNLCK) }
}

func lease(file *os.File, kind uintptr) bool {
	for end := time.Now().Add(writersEnd); ; time.Sleep(time.Millisecond) {
		_, _, errno := syscall.Syscall(syscall.SYS_FCNTL, file.Fd(), setLease, kind)
		if errno == 0 {
			return true
		}
		if errno != syscall.EAGAIN || time.Now().After(end) {
			return false
		}
	}
}

// copyAttributes copies extended attributes, which hold access control lists and security labels as well.
func copyAttributes(from, to *os.File) error {
	// /proc/self/fd names a file that is open already.
	source, target := "/proc/self/fd/"+strconv.Itoa(int(from.Fd())), "/proc/self/fd/"+strconv.Itoa(int(to.Fd()))
	names, err := attribute(func(into []byte) (int, error) { return syscall.Listxattr(source, into) })
	if errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if name == "" {
			continue
		}
		value, err := attribute(func(into []byte) (int, error) { return syscall.Getxattr(source, name, into) })
		if err != nil {
			return err
		}
		if err := syscall.Setxattr(target, name, value, 0); err != nil {
			return err
		}
	}
	return nil
}

// attribute reads a value whose length the kernel tells first.
func attribute(read func([]byte) (int, error)) ([]byte, error) {
	length, err := read(nil)
	if err != nil || length == 0 {
		return nil, err
	}
	value := make([]byte, length)
	length, err = read(value)
	if err != nil {
		return nil, err
	}
	return value[:length], nil
}
