package main

import (
	"regexp"
)

var fingerprintForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// trustInstall makes the system trust a certificate authority of the caller's.
func trustInstall(m *machine, who caller, input []byte) (outcome, error) {
	var request struct {
		Certificate string `json:"certificate"`
	}
	if err := decode(input, &request); err != nil {
		return outcome{}, err
	}
	suffixes, err := m.allowedSuffixes()
	if err != nil {
		return outcome{}, err
	}
	certificate, err := checkAuthority(request.Certificate, suffixes, m.now())
	if err != nil {
		return outcome{}, err
	}
	return m.installAuthority(who, certificate)
}

// trustRemove takes an authority that this program installed for the caller out again.
func trustRemove(m *machine, who caller, input []byte) (outcome, error) {
	var request struct {
		Fingerprint string `json:"fingerprint"`
	}
	if err := decode(input, &request); err != nil {
		return outcome{}, err
	}
	if !fingerprintForm.MatchString(request.Fingerprint) {
		return outcome{}, refuse(codeInput, "Send the SHA-256 of the certificate as 64 lower-case hexadecimal digits.",
			"%s is not a fingerprint.", shown(request.Fingerprint))
	}
	return m.removeAuthority(who, request.Fingerprint)
}

// authorityFile is the name of the file that holds a caller's authority.
func authorityFile(who caller, fingerprint string) string {
	return "gotunnel-" + string(who) + "-" + fingerprint[:16] + ".crt"
}
