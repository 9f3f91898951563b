// Command gotunnel-helper makes the changes to the machine that need an administrator: names in the hosts file, the
// certificate authority in the system's trust store, the ports below 1024, the list of allowed suffixes.
//
// It takes exactly one verb, reads one JSON object from standard input, prints one JSON object and ends. It trusts
// nothing that its caller says: docs/HELPER.md is the description for reviewers.
package main

import (
	"os"
	"runtime"
)

// version is set by the build.
var version = "unknown"

// One thread makes all system calls, so that a test can end the program at each of them in turn.
func init() {
	runtime.LockOSThread()
}

func main() {
	from := meetCaller(os.Getenv)
	arguments := os.Args
	if len(arguments) > 0 { // an old kernel starts a program without even its own name
		arguments = arguments[1:]
	}
	os.Exit(serve(arguments, from.in, from.out, func() (*machine, caller, error) {
		who, err := from.who()
		if err != nil {
			return nil, "", err
		}
		m := newMachine(systemLayout())
		return m, who, m.requireSafeInstallation()
	}))
}
