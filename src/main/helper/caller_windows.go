package main

import (
	"os"
	"syscall"
)

// identify gives the SID of the account whose token was elevated: with the consent of an administrator's own that is the
// user, with another's password it is that administrator.
func identify(func(string) string) (caller, error) {
	token, err := syscall.OpenCurrentProcessToken()
	if err != nil {
		return "", ioFailure("open the process token", err)
	}
	defer token.Close()
	user, err := token.GetTokenUser()
	if err != nil {
		return "", ioFailure("read the process token", err)
	}
	sid, err := user.User.Sid.String()
	if err != nil {
		return "", ioFailure("read the user's SID", err)
	}
	return caller(sid), nil
}

// settle forgets the caller's variables.
func settle() {
	os.Clearenv()
}
