package main

import (
	"path/filepath"
	"syscall"
	"unsafe"
)

// systemLayout asks the system for its folder: the variable SystemRoot is the caller's to set. All that is remembered
// lies beside the hosts file, where only administrators may write; in ProgramData every user could.
func systemLayout() layout {
	hosts := filepath.Join(systemDirectory(), "drivers", "etc", "hosts")
	state := filepath.Join(filepath.Dir(hosts), "gotunnel")
	return layout{
		base:     filepath.VolumeName(hosts) + `\`,
		hosts:    hosts,
		lineEnd:  "\r\n",
		lock:     filepath.Join(state, "lock"),
		state:    state,
		suffixes: filepath.Join(state, "suffixes"),
	}
}

func systemDirectory() string {
	var path [syscall.MAX_PATH]uint16
	length, _, _ := syscall.NewLazyDLL("kernel32.dll").NewProc("GetSystemDirectoryW").
		Call(uintptr(unsafe.Pointer(&path[0])), uintptr(len(path)))
	if length == 0 || length >= uintptr(len(path)) {
		return `C:\Windows\System32`
	}
	return syscall.UTF16ToString(path[:length])
}
