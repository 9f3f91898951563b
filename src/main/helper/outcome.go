package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
)

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitRefused = 2
)

// The codes of failures. Callers may rely on them; the sentences beside them are for people.
const (
	codeUsage        = "usage"         // not exactly one known verb
	codeInput        = "input"         // standard input is not what the verb takes
	codeName         = "name"          // a name that may not stand in the hosts file
	codeSuffix       = "suffix"        // a suffix that may not be allowed
	codeCertificate  = "certificate"   // a certificate that may not be trusted
	codeNotPermitted = "not-permitted" // not run as an administrator, or the system forbids the change
	codeInstallation = "installation"  // others could have changed a file that has to be the administrator's
	codeMalformed    = "malformed"     // a file holds what this program cannot have written
	codeMissing      = "missing"       // a file or program that has to be there is not
	codeBusy         = "busy"          // somebody else is changing the same
	codeNoSpace      = "no-space"      // the disk is full
	codeReadOnly     = "read-only"     // the file system is mounted read-only
	codeUnsupported  = "unsupported"   // this system has no such thing
	codeCommand      = "command"       // a program of the system failed
	codeIO           = "io"            // anything else that the system refused
)

// outcome is what a verb answers when it succeeded. Fields that say nothing about the verb are left out.
type outcome struct {
	OK bool `json:"ok"`
	// Changed tells whether the machine is different from before.
	Changed bool `json:"changed"`
	// Note is a sentence for the user.
	Note string `json:"note,omitempty"`
	// Method is how the hosts file was written: "rename" or "in-place".
	Method string `json:"method,omitempty"`
	// Recovered tells that the hosts file was found half-written by an earlier run, and was mended first.
	Recovered bool `json:"recovered,omitempty"`
	// Fingerprint is the SHA-256 of the certificate, as trust-remove takes it.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Store is the trust store that was written.
	Store string `json:"store,omitempty"`
	// Suffixes are those allowed now, the built-in ones first.
	Suffixes []string `json:"suffixes,omitempty"`
	// Version is this program's.
	Version string `json:"version,omitempty"`
	// Protocol is the version of what this program reads and prints.
	Protocol int `json:"protocol,omitempty"`
	// Verbs are those that this program knows on this system.
	Verbs []string `json:"verbs,omitempty"`
}

// failure is why nothing was done.
type failure struct {
	OK      bool   `json:"ok"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
	refused bool
}

func (f *failure) Error() string {
	return f.Message
}

// refuse is the answer to a request that is wrong whatever the state of the machine.
func refuse(code, fix, message string, values ...any) *failure {
	return &failure{Code: code, Message: fmt.Sprintf(message, values...), Fix: fix, refused: true}
}

// fail is the answer to a request that this machine does not allow now.
func fail(code, fix, message string, values ...any) *failure {
	return &failure{Code: code, Message: fmt.Sprintf(message, values...), Fix: fix}
}

// systemFailure is what one of the system's error numbers means to the user.
type systemFailure struct {
	number    syscall.Errno
	code, fix string
}

// ioFailure says in a sentence what the system refused. A failure stays what it is.
func ioFailure(doing string, err error) error {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	cause := err
	var number syscall.Errno
	if errors.As(err, &number) {
		cause = number
	}
	code, fix := codeIO, "Mend what the message names and try again."
	for _, known := range systemFailures {
		if errors.Is(err, known.number) {
			code, fix = known.code, known.fix
		}
	}
	// Windows ends its own sentences.
	return fail(code, fix, "Could not %s: %s.", doing, strings.TrimSuffix(cause.Error(), "."))
}

// answer prints a result or a failure, and returns the exit code for it.
func answer(out io.Writer, result outcome, err error) int {
	var printed any
	code := exitDone
	if err == nil {
		result.OK = true
		printed = result
	} else {
		why := ioFailure("finish", err).(*failure)
		printed = why
		code = exitFailed
		if why.refused {
			code = exitRefused
		}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(printed) != nil {
		return exitFailed
	}
	return code
}

// shown is a caller's text as it may stand in a message: short, and without what a terminal would obey.
func shown(text string) string {
	const most = 60
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strconv.QuoteToASCII(text)
}

// firstOf is the error that came first, if there is one.
func firstOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
