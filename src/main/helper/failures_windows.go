package main

import "syscall"

// asRoot begins a remedy that only an administrator can carry out.
const asRoot = "As administrator"

const (
	handleDiskFull   = syscall.Errno(39)  // ERROR_HANDLE_DISK_FULL
	diskFull         = syscall.Errno(112) // ERROR_DISK_FULL
	writeProtect     = syscall.Errno(19)  // ERROR_WRITE_PROTECT
	sharingViolation = syscall.Errno(32)  // ERROR_SHARING_VIOLATION
	pipeBusy         = syscall.Errno(231) // ERROR_PIPE_BUSY
)

var systemFailures = []systemFailure{
	{diskFull, codeNoSpace, "Free some space on the system's drive and try again."},
	{handleDiskFull, codeNoSpace, "Free some space on the system's drive and try again."},
	{writeProtect, codeReadOnly, "Make the system's drive writable and try again."},
	{sharingViolation, codeBusy, "Close the program that has the file open and try again."},
	{pipeBusy, codeBusy, "Try again when the other run is finished."},
	{syscall.ERROR_ACCESS_DENIED, codeNotPermitted,
		"Run it as administrator, and look whether an antivirus program guards the file."},
}
