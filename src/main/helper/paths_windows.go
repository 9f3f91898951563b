package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

const noFollow = 0

// unsafety sees nothing here: the folders below System32 and Program Files carry access control lists of their own.
func unsafety(fs.FileInfo, int) string {
	return ""
}

// programFiles is CSIDL_PROGRAM_FILES.
const programFiles = 0x26

// requireSafeInstallation refuses to work anywhere but in Program Files, where only administrators may replace it.
func (m *machine) requireSafeInstallation() error {
	var folder [syscall.MAX_PATH]uint16
	failed, _, _ := syscall.NewLazyDLL("shell32.dll").NewProc("SHGetFolderPathW").
		Call(0, programFiles, 0, 0, uintptr(unsafe.Pointer(&folder[0])))
	program, err := os.Executable()
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	if err != nil {
		return ioFailure("check where this program is installed", err)
	}
	safe := syscall.UTF16ToString(folder[:])
	if failed != 0 || safe == "" || !isInside(program, safe) {
		return fail(codeInstallation, "Install gotunnel for all users.",
			"%s is not in %s, so that others could change it.", program, safe)
	}
	return nil
}

// isInside compares as the file system does, in which letters of both cases are the same.
func isInside(path, folder string) bool {
	folder += `\`
	return len(path) > len(folder) && strings.EqualFold(path[:len(folder)], folder)
}

// syncFolder has nothing to do: NTFS journals names by itself.
func syncFolder(string) error {
	return nil
}
