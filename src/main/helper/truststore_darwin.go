package main

import "crypto/x509"

// The login keychain belongs to the user, and since macOS 11 root alone cannot make a certificate trusted.
func (m *machine) installAuthority(caller, *x509.Certificate) (outcome, error) {
	return outcome{}, refuse(codeUnsupported,
		"As yourself: security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db ca.pem",
		"The login keychain needs no administrator.")
}

func (m *machine) removeAuthority(caller, string) (outcome, error) {
	return outcome{}, refuse(codeUnsupported,
		"As yourself: security delete-certificate -t -Z FINGERPRINT ~/Library/Keychains/login.keychain-db",
		"The login keychain needs no administrator.")
}
