//go:build unix

package main

import "syscall"

// asRoot begins a remedy that only an administrator can carry out.
const asRoot = "As root"

const (
	freeSpace   = "Free some space, which df shows, and try again."
	lookAtGuard = "Look whether the file is immutable (lsattr) or a security policy guards it, and try again."
)

var systemFailures = []systemFailure{
	{syscall.ENOSPC, codeNoSpace, freeSpace},
	{syscall.EDQUOT, codeNoSpace, freeSpace},
	{syscall.EROFS, codeReadOnly, "Mount the file system writable and try again."},
	{syscall.EPERM, codeNotPermitted, lookAtGuard},
	{syscall.EACCES, codeNotPermitted, lookAtGuard},
}
