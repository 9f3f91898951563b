package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func fixedTime() time.Time { return today }

// rootTemplate is a root as gotunnel makes them.
func rootTemplate() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:                big.NewInt(4711),
		Subject:                     pkix.Name{CommonName: "gotunnel CA 0011AABB"},
		NotBefore:                   today.Add(-time.Hour),
		NotAfter:                    today.AddDate(5, 0, 0),
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLen:                  1,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{"local", "test", "localhost"},
		PermittedIPRanges:           privateNetworks,
		PermittedEmailAddresses:     []string{"invalid"},
		PermittedURIDomains:         []string{"invalid"},
	}
}

func newKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign makes a certificate in PEM form; parent and its key default to the certificate's own.
func sign(t *testing.T, template, parent *x509.Certificate, key, signer crypto.Signer) string {
	t.Helper()
	if parent == nil {
		parent, signer = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
}

func network(text string) *net.IPNet {
	return networks(text)[0]
}

func TestAcceptsARootOfOurs(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		text := sign(t, rootTemplate(), nil, newKey(t, curve), nil)
		if _, err := checkAuthority(text, builtInSuffixes, today); err != nil {
			t.Error(err)
		}
	}
}

func TestConstraintsFollowTheAllowedSuffixes(t *testing.T) {
	template := rootTemplate()
	template.PermittedDNSDomains = append(template.PermittedDNSDomains, "shop.dev.example.com")
	text := sign(t, template, nil, newKey(t, elliptic.P256()), nil)
	if _, err := checkAuthority(text, builtInSuffixes, today); err == nil {
		t.Error("accepted a suffix that is not allowed")
	}
	if _, err := checkAuthority(text, append([]string{"dev.example.com"}, builtInSuffixes...), today); err != nil {
		t.Error(err)
	}
}

func TestRefusesCertificatesThatCouldHarm(t *testing.T) {
	for what, change := range dangerousRoots {
		t.Run(what, func(t *testing.T) {
			template := rootTemplate()
			change(template)
			_, err := checkAuthority(sign(t, template, nil, newKey(t, elliptic.P256()), nil), builtInSuffixes, today)
			if err == nil {
				t.Error("accepted")
			}
		})
	}
}

// dangerousRoots are changes to a good root, each enough to refuse it.
var dangerousRoots = map[string]func(*x509.Certificate){
	"no name constraints": func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedIPRanges, c.PermittedEmailAddresses, c.PermittedURIDomains = nil, nil, nil, nil
	},
	"name constraints not critical": func(c *x509.Certificate) { c.PermittedDNSDomainsCritical = false },
	"only excluded names": func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedIPRanges, c.PermittedEmailAddresses, c.PermittedURIDomains = nil, nil, nil, nil
		c.ExcludedDNSDomains = []string{"com"}
	},
	"a public domain":        func(c *x509.Certificate) { c.PermittedDNSDomains = append(c.PermittedDNSDomains, "bank.com") },
	"every domain":           func(c *x509.Certificate) { c.PermittedDNSDomains = append(c.PermittedDNSDomains, "") },
	"a domain with a dot":    func(c *x509.Certificate) { c.PermittedDNSDomains = []string{".local"} },
	"a domain ending alike":  func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"contest"} },
	"DNS names open":         func(c *x509.Certificate) { c.PermittedDNSDomains = nil },
	"addresses open":         func(c *x509.Certificate) { c.PermittedIPRanges = nil },
	"e-mail addresses open":  func(c *x509.Certificate) { c.PermittedEmailAddresses = nil },
	"URIs open":              func(c *x509.Certificate) { c.PermittedURIDomains = nil },
	"a public e-mail domain": func(c *x509.Certificate) { c.PermittedEmailAddresses = []string{"bank.com"} },
	"an e-mail address":      func(c *x509.Certificate) { c.PermittedEmailAddresses = []string{"ceo@bank.com"} },
	"a public URI domain":    func(c *x509.Certificate) { c.PermittedURIDomains = []string{"bank.com"} },
	"public addresses":       func(c *x509.Certificate) { c.PermittedIPRanges = append(c.PermittedIPRanges, network("8.8.8.0/24")) },
	"all IPv4 addresses":     func(c *x509.Certificate) { c.PermittedIPRanges = []*net.IPNet{network("0.0.0.0/0")} },
	"all IPv6 addresses":     func(c *x509.Certificate) { c.PermittedIPRanges = []*net.IPNet{network("::/0")} },
	"a little too many":      func(c *x509.Certificate) { c.PermittedIPRanges = []*net.IPNet{network("172.16.0.0/11")} },
	"IPv4 addresses in IPv6": func(c *x509.Certificate) { c.PermittedIPRanges = []*net.IPNet{mapped("10.0.0.0", 104)} },
	"a mask with holes": func(c *x509.Certificate) {
		c.PermittedIPRanges = []*net.IPNet{{IP: net.IP{10, 0, 0, 0}, Mask: net.IPMask{255, 0, 255, 0}}}
	},
	"no authority":           func(c *x509.Certificate) { c.IsCA, c.MaxPathLen = false, 0 },
	"may sign handshakes":    func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageDigitalSignature },
	"may not sign":           func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign },
	"for whatever it likes":  func(c *x509.Certificate) { c.ExtKeyUsage = nil },
	"signs code":             func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} },
	"for any purpose":        func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} },
	"for an unknown purpose": func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 2, 3}} },
	"expired":                func(c *x509.Certificate) { c.NotAfter = today.Add(-time.Minute) },
	"valid next week":        func(c *x509.Certificate) { c.NotBefore = today.AddDate(0, 0, 7) },
	"valid for twelve years": func(c *x509.Certificate) { c.NotAfter = today.AddDate(12, 0, 0) },
	"another's name":         func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "Big Public CA"} },
	"an organisation":        func(c *x509.Certificate) { c.Subject.Organization = []string{"Big Public CA"} },
	"an unknown critical rule": func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	},
	"a name of its own":        func(c *x509.Certificate) { c.DNSNames = []string{"bank.com"} },
	"an address of its own":    func(c *x509.Certificate) { c.IPAddresses = []net.IP{{8, 8, 8, 8}} },
	"a place to fetch more of": func(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://bank.com/ca.crt"} },
	"a policy": func(c *x509.Certificate) {
		c.PolicyIdentifiers = []asn1.ObjectIdentifier{{2, 23, 140, 1, 1}}
	},
	"signed with SHA-1": func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 },
}

func mapped(address string, ones int) *net.IPNet {
	return &net.IPNet{IP: net.ParseIP(address).To16(), Mask: net.CIDRMask(ones, 128)}
}

func TestRefusesWhatItDidNotSignItself(t *testing.T) {
	for what, text := range notSignedByItself(t) {
		if _, err := checkAuthority(text, builtInSuffixes, today); err == nil {
			t.Errorf("accepted %s", what)
		}
	}
}

func notSignedByItself(t *testing.T) map[string]string {
	t.Helper()
	key, other := newKey(t, elliptic.P256()), newKey(t, elliptic.P256())
	parent := rootTemplate()
	parent.Subject.CommonName = "gotunnel other"
	return map[string]string{
		"another issuer":                  sign(t, rootTemplate(), parent, key, other),
		"the same name, another's key":    sign(t, rootTemplate(), rootTemplate(), key, other),
		"a signature that does not match": tampered(t, sign(t, rootTemplate(), nil, key, nil)),
	}
}

func tampered(t *testing.T, text string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	// Within the subject's name, so that all of it can still be read.
	at := strings.LastIndex(string(block.Bytes), "0011AABB")
	block.Bytes[at]++
	first := strings.Index(string(block.Bytes), "0011AABB")
	block.Bytes[first]++
	return string(pem.EncodeToMemory(block))
}

func TestRefusesWeakAndUnusualKeys(t *testing.T) {
	for what, text := range weakRoots(t) {
		if _, err := checkAuthority(text, builtInSuffixes, today); err == nil {
			t.Errorf("accepted %s", what)
		}
	}
	strong, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := checkAuthority(sign(t, rootTemplate(), nil, strong, nil), builtInSuffixes, today); err != nil {
		t.Error(err)
	}
}

func weakRoots(t *testing.T) map[string]string {
	t.Helper()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"a key of RSA 1024": sign(t, rootTemplate(), nil, weak, nil),
		"a key of P-224":    sign(t, rootTemplate(), nil, newKey(t, elliptic.P224()), nil),
	}
}

func TestRefusesWhatIsNotOneCertificate(t *testing.T) {
	for what, text := range notOneCertificate(t) {
		if _, err := checkAuthority(text, builtInSuffixes, today); err == nil {
			t.Errorf("accepted %s", what)
		}
	}
}

func notOneCertificate(t *testing.T) map[string]string {
	t.Helper()
	good := sign(t, rootTemplate(), nil, newKey(t, elliptic.P256()), nil)
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1, 2, 3}}))
	return map[string]string{
		"nothing":         "",
		"text":            "hello",
		"a path":          "/etc/shadow",
		"two":             good + good,
		"a key":           key,
		"and a key":       good + key,
		"a key before it": key + good,
		"text before it":  "x\n" + good,
		"text behind it":  good + "x",
		"headers":         strings.Replace(good, "-----\n", "-----\nProc-Type: 4\n\n", 1),
		"truncated":       good[:len(good)/2],
		"DER":             "\x30\x82\x01\x00",
		"garbage inside":  string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("garbage")})),
		"trailing data":   string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: append(decoded(good), 0)})),
	}
}

func decoded(text string) []byte {
	block, _ := pem.Decode([]byte(text))
	return block.Bytes
}
