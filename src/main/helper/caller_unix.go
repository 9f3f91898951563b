//go:build unix

package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// meetCaller asks for whom this runs before all that he left behind is forgotten.
func meetCaller(variable func(string) string) source {
	who, err := identify(variable)
	settle()
	return source{in: os.Stdin, out: os.Stdout, who: func() (caller, error) { return who, err }}
}

const identifyFix = "Let gotunnel start it, or run it by pkexec or sudo."

// identify finds out for whom this runs. pkexec and sudo say so in a variable that a caller of theirs cannot set; who
// runs this without them is root and could do everything anyway.
func identify(variable func(string) string) (caller, error) {
	if os.Geteuid() != 0 {
		return "", fail(codeNotPermitted, identifyFix, "This needs root.")
	}
	if os.Getuid() != 0 {
		return "", fail(codeNotPermitted, "Take the set-user-id bit off and let pkexec or sudo start it.",
			"This program must not be set-user-id.")
	}
	return callerOf(variable)
}

// callerOf reads the variables of pkexec and sudo, of which one may have been inherited through the other.
func callerOf(variable func(string) string) (caller, error) {
	found := caller("0")
	for i, name := range []string{"PKEXEC_UID", "SUDO_UID"} {
		value := variable(name)
		if value == "" {
			continue
		}
		id, err := strconv.ParseUint(value, 10, 32)
		// The highest number stands for "no user".
		if err != nil || strconv.FormatUint(id, 10) != value || id == 1<<32-1 {
			return "", refuse(codeNotPermitted, identifyFix, "%s is not a user id.", name)
		}
		if i > 0 && found != "0" && found != caller(value) {
			return "", refuse(codeNotPermitted, identifyFix, "PKEXEC_UID and SUDO_UID name two different users.")
		}
		found = caller(value)
	}
	return found, nil
}

// settle makes the process independent of how its caller left it: variables, working folder, file mode mask, limits,
// closed descriptors.
func settle() {
	os.Clearenv()
	var info syscall.Stat_t
	for descriptor := 0; descriptor <= 2; descriptor++ {
		if syscall.Fstat(descriptor, &info) == syscall.EBADF {
			// The next file opened would get this number, and be read from or printed into.
			os.Exit(exitRefused)
		}
	}
	syscall.Umask(0o022)
	if os.Chdir("/") != nil {
		os.Exit(exitFailed)
	}
	// What this program reads is not for a dump of its memory.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	// A low limit would end a write half-way. Where it cannot be lifted, the write fails and the old text is put back.
	signal.Ignore(syscall.SIGXFSZ)
	if os.Geteuid() == 0 {
		limit := syscall.Rlimit{Cur: 1<<63 - 1, Max: 1<<63 - 1}
		if syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit) != nil && syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit) == nil {
			limit.Cur = limit.Max
			_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		}
	}
}
