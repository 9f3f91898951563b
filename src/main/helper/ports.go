package main

// portsEnable lets every user listen on 80 and 443.
func portsEnable(m *machine, who caller, input []byte) (outcome, error) {
	if err := decode(input, &nothing{}); err != nil {
		return outcome{}, err
	}
	return m.openPorts(who)
}

// portsDisable takes that back when the last user who asked for it does so.
func portsDisable(m *machine, who caller, input []byte) (outcome, error) {
	if err := decode(input, &nothing{}); err != nil {
		return outcome{}, err
	}
	return m.closePorts(who)
}
