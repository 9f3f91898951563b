package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"sort"
)

// protocol changes when a caller of an older one would misunderstand.
const protocol = 1

// maxInput is the most that is read from standard input, in bytes.
const maxInput = 64 << 10

// A verb does one thing to the machine on behalf of a caller, by the data that he sent.
type verb func(m *machine, who caller, input []byte) (outcome, error)

// verbs are all but version, which needs no administrator and reads nothing.
var verbs = map[string]verb{
	"hosts-apply":   hostsApply,
	"hosts-restore": hostsRestore,
	"trust-install": trustInstall,
	"trust-remove":  trustRemove,
	"ports-enable":  portsEnable,
	"ports-disable": portsDisable,
	"suffix-add":    suffixAdd,
	"suffix-remove": suffixRemove,
}

// serve runs one request. What it needs of the machine is asked for last, so that a wrong request is told as such to
// everybody.
func serve(arguments []string, in io.Reader, out io.Writer, open func() (*machine, caller, error)) int {
	result, err := perform(arguments, in, open)
	return answer(out, result, err)
}

func perform(arguments []string, in io.Reader, open func() (*machine, caller, error)) (outcome, error) {
	const usage = "Give one verb; \"gotunnel-helper version\" lists them."
	if len(arguments) != 1 {
		return outcome{}, refuse(codeUsage, usage, "Takes exactly one argument, not %d.", len(arguments))
	}
	if arguments[0] == "version" {
		return outcome{Version: version, Protocol: protocol, Verbs: verbNames()}, nil
	}
	run, known := verbs[arguments[0]]
	if !known {
		return outcome{}, refuse(codeUsage, usage, "There is no verb %s.", shown(arguments[0]))
	}
	input, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return outcome{}, ioFailure("read standard input", err)
	}
	if len(input) > maxInput {
		return outcome{}, refuse(codeInput, "Send less.", "The input is longer than %d bytes.", maxInput)
	}
	if !json.Valid(input) {
		return outcome{}, refuse(codeInput, inputFix, "The input is not one JSON object.")
	}
	m, who, err := open()
	if err != nil {
		return outcome{}, err
	}
	release, err := m.acquireLock()
	if err != nil {
		return outcome{}, ioFailure("take the lock "+m.lock, err)
	}
	defer release()
	// What earlier runs noted is believed, so nobody else may have written it.
	if _, err := m.resolve(m.state); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return outcome{}, ioFailure("use "+m.state, err)
	}
	if err := m.removeDrafts(); err != nil {
		return outcome{}, ioFailure("remove what an earlier run left", err)
	}
	defer m.removeEmptyFolders()
	return run(m, who, input)
}

func verbNames() []string {
	names := []string{"version"}
	for name := range verbs {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
