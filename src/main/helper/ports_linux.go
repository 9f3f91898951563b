package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// firstPort is the first port that everybody may listen on while the ports are open.
const firstPort = 80

var portDropIn = []byte(`# Written by gotunnel: every user may listen on the ports from 80 on. "gotunnel ports disable" takes it back.
net.ipv4.ip_unprivileged_port_start = 80
`)

// portState is what has to be remembered while the ports are open.
type portState struct {
	// Previous is the kernel's first unprivileged port before.
	Previous int `json:"previous"`
	// Callers are those who asked for it and did not take it back.
	Callers []caller `json:"callers"`
}

// openPorts remembers, sets the kernel's value, and then sees to the next start. Ended anywhere, the next call goes on.
func (m *machine) openPorts(who caller) (outcome, error) {
	state, remembered, err := m.portState()
	if err != nil {
		return outcome{}, err
	}
	current, err := m.firstUnprivilegedPort()
	if err != nil {
		return outcome{}, err
	}
	if !remembered && current <= firstPort {
		return outcome{Note: "Every user may listen on 80 and 443 already."}, nil
	}
	if !remembered {
		state.Previous = current
	}
	present, ours, err := m.portDropInState()
	if err != nil {
		return outcome{}, err
	}
	if present && !ours {
		return outcome{}, fail(codeMalformed, asRoot+", look at that file and move it away.",
			"%s is not as gotunnel writes it.", m.portDropIn)
	}
	state.Callers = append(without(state.Callers, who), who)
	if err := m.rememberPorts(state); err != nil {
		return outcome{}, err
	}
	changed := false
	if current > firstPort {
		if err := m.setFirstPort(firstPort); err != nil {
			if !remembered {
				return outcome{}, firstOf(err, removeState(m.portFile()))
			}
			return outcome{}, err
		}
		changed = true
	}
	if !present {
		if err := m.writeState(m.portDropIn, portDropIn, 0o644); err != nil {
			return outcome{}, ioFailure("write "+m.portDropIn, err)
		}
		changed = true
	}
	return outcome{Changed: changed}, nil
}

// closePorts puts the old value back, unless somebody else has set another one since, and forgets last.
func (m *machine) closePorts(who caller) (outcome, error) {
	state, remembered, err := m.portState()
	if err != nil || !remembered {
		return outcome{}, err
	}
	others := without(state.Callers, who)
	if len(others) > 0 {
		state.Callers = others
		return outcome{Note: "Other users of this machine still need the ports."}, m.rememberPorts(state)
	}
	current, err := m.firstUnprivilegedPort()
	if err != nil {
		return outcome{}, err
	}
	if current == firstPort {
		if err := m.setFirstPort(state.Previous); err != nil {
			return outcome{}, err
		}
	}
	_, ours, err := m.portDropInState()
	if err != nil {
		return outcome{}, err
	}
	if ours {
		if err := removeState(m.portDropIn); err != nil {
			return outcome{}, ioFailure("remove "+m.portDropIn, err)
		}
	}
	if err := removeState(m.portFile()); err != nil {
		return outcome{}, ioFailure("remove "+m.portFile(), err)
	}
	return outcome{Changed: true}, nil
}

// portDropInState tells whether the file for the boot is there, and whether it is as this program writes it.
func (m *machine) portDropInState() (present, ours bool, err error) {
	text, err := os.ReadFile(m.portDropIn)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return false, false, ioFailure("read "+m.portDropIn, err)
	}
	return true, bytes.Equal(text, portDropIn), nil
}

func (m *machine) portFile() string {
	return filepath.Join(m.state, "ports.json")
}

func (m *machine) portState() (state portState, remembered bool, err error) {
	text, err := os.ReadFile(m.portFile())
	if errors.Is(err, fs.ErrNotExist) {
		return portState{}, false, nil
	}
	if err != nil {
		return portState{}, false, ioFailure("read "+m.portFile(), err)
	}
	if json.Unmarshal(text, &state) != nil || state.Previous < 0 || state.Previous > 65535 {
		return portState{}, false, fail(codeMalformed, asRoot+", remove it and set net.ipv4.ip_unprivileged_port_start by hand.",
			"%s is damaged.", m.portFile())
	}
	return state, true, nil
}

func (m *machine) rememberPorts(state portState) error {
	text, err := json.Marshal(state)
	if err == nil {
		err = m.writeState(m.portFile(), text, 0o600)
	}
	if err != nil {
		return ioFailure("write "+m.portFile(), err)
	}
	return nil
}

func (m *machine) firstUnprivilegedPort() (int, error) {
	text, err := os.ReadFile(m.portStart)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fail(codeUnsupported, "Use ports from 1024 on, or a Linux of 4.11 or newer with /proc mounted.",
			"This kernel has no %s.", m.portStart)
	}
	if err != nil {
		return 0, ioFailure("read "+m.portStart, err)
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, ioFailure("read "+m.portStart, err)
	}
	return port, nil
}

func (m *machine) setFirstPort(port int) error {
	file, err := os.OpenFile(m.portStart, os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString(strconv.Itoa(port) + "\n")
		err = firstOf(err, file.Close())
	}
	if err != nil {
		return ioFailure("set "+m.portStart, err)
	}
	return nil
}

func without(all []caller, one caller) []caller {
	var rest []caller
	for _, each := range all {
		if each != one {
			rest = append(rest, each)
		}
	}
	return rest
}
