package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// errLocked is the answer of tryLock while another run holds the lock.
var errLocked = errors.New("locked")

// acquireLock waits until no other run changes the machine. The lock ends with the process, however that ends; release
// removes its file, so that nothing stays behind.
func (m *machine) acquireLock() (release func(), err error) {
	end := m.now().Add(m.patience)
	for {
		err := m.makeFolder(filepath.Dir(m.lock))
		if err == nil {
			var file *os.File
			if file, err = tryLock(m.lock); err == nil {
				return func() { removeLock(file, m.lock) }, nil
			}
		}
		// The holder may remove the file and the folder at any moment.
		if !errors.Is(err, errLocked) && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if m.now().After(end) {
			return nil, fail(codeBusy, "Try again.", "Another change of gotunnel's goes on for more than %s.", m.patience)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func removeLock(file *os.File, path string) {
	unlinkLock(file, path)
	_ = os.Remove(filepath.Dir(path))
}
