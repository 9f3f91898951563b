package main

import (
	"os"
	"syscall"
)

// meetCaller takes the request from standard input where there is one, as in an administrator's terminal. What the consent
// dialog starts has none, and waits at a named pipe.
func meetCaller(func(string) string) source {
	// The caller's variables say nothing here.
	os.Clearenv()
	if hasStandardInput() {
		return source{in: os.Stdin, out: os.Stdout, who: identify}
	}
	door := &pipe{identify: identify}
	return source{in: door, out: door, who: identify}
}

func hasStandardInput() bool {
	input, err := syscall.GetStdHandle(syscall.STD_INPUT_HANDLE)
	if err != nil {
		return false
	}
	kind, err := syscall.GetFileType(input)
	return err == nil && (kind == syscall.FILE_TYPE_PIPE || kind == syscall.FILE_TYPE_DISK)
}

// identify gives the SID of the account whose token was elevated: with the consent of an administrator's own that is the
// user, with another's password it is that administrator.
func identify() (caller, error) {
	token, err := syscall.OpenCurrentProcessToken()
	if err != nil {
		return "", ioFailure("open the process token", err)
	}
	return userOf(token)
}

// userOf gives the SID in a token, which it closes.
func userOf(token syscall.Token) (caller, error) {
	defer token.Close()
	user, err := token.GetTokenUser()
	if err != nil {
		return "", ioFailure("read a process token", err)
	}
	sid, err := user.User.Sid.String()
	if err != nil {
		return "", ioFailure("read a user's SID", err)
	}
	return caller(sid), nil
}
