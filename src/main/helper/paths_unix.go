//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW

// unsafety tells why something may be changed by others than its owner, or nothing.
func unsafety(info fs.FileInfo, owner int) string {
	if id := info.Sys().(*syscall.Stat_t).Uid; int(id) != owner {
		return "belongs to somebody else"
	}
	// Rights of an access control list show in the group's bits as well.
	if info.Mode().Perm()&0o022 != 0 {
		return "is writable by others"
	}
	return ""
}

// requireSafeInstallation refuses to work when others could have replaced this program.
func (m *machine) requireSafeInstallation() error {
	path, err := os.Executable()
	if err == nil {
		_, err = m.resolve(path)
	}
	if err != nil {
		return ioFailure("check where this program is installed", err)
	}
	return nil
}

// syncFolder makes the names in a folder last.
func syncFolder(folder string) error {
	open, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer open.Close()
	return open.Sync()
}
