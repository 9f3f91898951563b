package main

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"unsafe"
)

const (
	encoding            = syscall.X509_ASN_ENCODING | syscall.PKCS_7_ASN_ENCODING
	storeProviderSystem = 10         // CERT_STORE_PROV_SYSTEM_W
	localMachine        = 2 << 16    // CERT_SYSTEM_STORE_LOCAL_MACHINE
	addUseExisting      = 2          // CERT_STORE_ADD_USE_EXISTING
	findExisting        = 13 << 16   // CERT_FIND_EXISTING
	notFound            = 0x80092004 // CRYPT_E_NOT_FOUND
)

var (
	crypt32    = syscall.NewLazyDLL("crypt32.dll")
	addEncoded = crypt32.NewProc("CertAddEncodedCertificateToStore")
	find       = crypt32.NewProc("CertFindCertificateInStore")
	deleteFrom = crypt32.NewProc("CertDeleteCertificateFromStore")
)

// installAuthority adds the certificate to LocalMachine\Root. A copy of it beside the hosts file says for whom.
func (m *machine) installAuthority(who caller, certificate *x509.Certificate) (outcome, error) {
	digest := fingerprint(certificate)
	record := filepath.Join(m.state, authorityFile(who, digest))
	result := outcome{Fingerprint: digest, Store: `LocalMachine\Root`}
	if _, err := os.Lstat(record); err == nil {
		return result, withRoots(func(store syscall.Handle) error { return addRoot(store, certificate.Raw) })
	}
	if err := m.writeState(record, certificate.Raw, 0o600); err != nil {
		return outcome{}, ioFailure("write "+record, err)
	}
	result.Changed = true
	return result, withRoots(func(store syscall.Handle) error { return addRoot(store, certificate.Raw) })
}

// removeAuthority deletes a certificate that an earlier call added for the same caller, and no other.
func (m *machine) removeAuthority(who caller, digest string) (outcome, error) {
	record := filepath.Join(m.state, authorityFile(who, digest))
	result := outcome{Fingerprint: digest, Store: `LocalMachine\Root`}
	raw, err := os.ReadFile(record)
	if errors.Is(err, fs.ErrNotExist) {
		return result, nil
	}
	if err != nil {
		return outcome{}, ioFailure("read "+record, err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil || fingerprint(certificate) != digest {
		return outcome{}, fail(codeMalformed, asRoot+", look at that file and remove it.",
			"%s does not hold the certificate of that fingerprint.", record)
	}
	if err := withRoots(func(store syscall.Handle) error { return deleteRoot(store, raw) }); err != nil {
		return outcome{}, err
	}
	if err := removeState(record); err != nil {
		return outcome{}, ioFailure("remove "+record, err)
	}
	result.Changed = true
	return result, nil
}

func withRoots(do func(store syscall.Handle) error) error {
	name, err := syscall.UTF16PtrFromString("ROOT")
	if err != nil {
		return err
	}
	store, err := syscall.CertOpenStore(storeProviderSystem, 0, 0, localMachine, uintptr(unsafe.Pointer(name)))
	if err == nil {
		err = do(store)
		_ = syscall.CertCloseStore(store, 0)
	}
	if err != nil {
		return ioFailure(`change the store LocalMachine\Root`, err)
	}
	return nil
}

func addRoot(store syscall.Handle, raw []byte) error {
	done, _, err := addEncoded.Call(uintptr(store), encoding, uintptr(unsafe.Pointer(&raw[0])), uintptr(len(raw)),
		addUseExisting, 0)
	if done == 0 {
		return err
	}
	return nil
}

func deleteRoot(store syscall.Handle, raw []byte) error {
	wanted, err := syscall.CertCreateCertificateContext(encoding, &raw[0], uint32(len(raw)))
	if err != nil {
		return err
	}
	defer syscall.CertFreeCertificateContext(wanted)
	found, _, err := find.Call(uintptr(store), encoding, 0, findExisting, uintptr(unsafe.Pointer(wanted)), 0)
	if found == 0 {
		if err == syscall.Errno(notFound) {
			return nil
		}
		return err
	}
	// Frees the context that was found, whatever happens.
	if done, _, err := deleteFrom.Call(found); done == 0 {
		return err
	}
	return nil
}
