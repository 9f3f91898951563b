package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"net"
	"regexp"
	"strings"
	"time"
)

const (
	// maxYears is the longest that a certificate authority may still be valid.
	maxYears = 11
	// clockSkew is how far in the future its validity may begin.
	clockSkew = 24 * time.Hour
	// invalidDomain can be no host's (RFC 6761): to permit only it is to permit no e-mail address or URI.
	invalidDomain = "invalid"
)

var (
	authorityName = regexp.MustCompile(`^gotunnel [A-Za-z0-9 ._-]{1,57}$`)

	basicConstraintsOID = asn1.ObjectIdentifier{2, 5, 29, 19}
	keyUsageOID         = asn1.ObjectIdentifier{2, 5, 29, 15}
)

// extensions are all that a root of ours may have: key identifiers, key usage, basic constraints, name constraints,
// extended key usage. Above all no names of its own: some clients take a trusted root itself for a server's certificate,
// which no constraint holds back.
var extensions = map[string]bool{
	"2.5.29.14": true, "2.5.29.35": true, "2.5.29.15": true, "2.5.29.19": true, "2.5.29.30": true, "2.5.29.37": true,
}

// privateNetworks hold no public site: loopback, RFC 1918, link-local, RFC 4193.
var privateNetworks = networks(
	"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
)

var signatures = map[x509.SignatureAlgorithm]bool{
	x509.ECDSAWithSHA256: true, x509.ECDSAWithSHA384: true, x509.ECDSAWithSHA512: true,
	x509.SHA256WithRSA: true, x509.SHA384WithRSA: true, x509.SHA512WithRSA: true,
}

// checkAuthority reads a certificate and refuses it unless it is a root of gotunnel's that can vouch for nothing public,
// even when somebody steals its key.
func checkAuthority(text string, suffixes []string, now time.Time) (*x509.Certificate, error) {
	certificate, err := parseCertificate(text)
	if err != nil {
		return nil, err
	}
	for _, problem := range []string{
		identityProblem(certificate),
		validityProblem(certificate, now),
		keyProblem(certificate),
		purposeProblem(certificate),
		extensionProblem(certificate),
		constraintProblem(certificate, suffixes),
	} {
		if problem != "" {
			return nil, refuseCertificate("%s", problem)
		}
	}
	return certificate, nil
}

func refuseCertificate(message string, values ...any) error {
	return refuse(codeCertificate, "Send the root of gotunnel's own authority, which gotunnel trust export prints; "+
		"after a change of the allowed suffixes make a new one.", message, values...)
}

func parseCertificate(text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(block.Headers) > 0 ||
		!strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----") || len(bytes.TrimSpace(rest)) > 0 {
		return nil, refuseCertificate("The certificate is not exactly one in PEM form.")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, refuseCertificate("The certificate cannot be read: %s.", shown(err.Error()))
	}
	return certificate, nil
}

func identityProblem(c *x509.Certificate) string {
	if c.Version != 3 {
		return "The certificate is not of version 3."
	}
	if !bytes.Equal(c.RawIssuer, c.RawSubject) || !signatures[c.SignatureAlgorithm] || c.CheckSignatureFrom(c) != nil {
		return "The certificate is not signed by itself."
	}
	if len(c.Subject.Names) != 1 || !authorityName.MatchString(c.Subject.CommonName) {
		return "The certificate's subject is not a common name that begins with \"gotunnel\"."
	}
	return ""
}

func validityProblem(c *x509.Certificate, now time.Time) string {
	switch {
	case !now.Before(c.NotAfter):
		return "The certificate has expired."
	case c.NotBefore.After(now.Add(clockSkew)):
		return "The certificate is not valid yet."
	case c.NotAfter.After(now.AddDate(maxYears, 0, 0)):
		return "The certificate is valid for more than eleven years."
	}
	return ""
}

func keyProblem(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() || key.Curve == elliptic.P384() || key.Curve == elliptic.P521() {
			return ""
		}
	case *rsa.PublicKey:
		if size := key.N.BitLen(); size >= 2048 && size <= 8192 {
			return ""
		}
	}
	return "The certificate's key is neither P-256, P-384, P-521 nor RSA of 2048 to 8192 bits."
}

func purposeProblem(c *x509.Certificate) string {
	if !c.BasicConstraintsValid || !c.IsCA || !isCritical(c, basicConstraintsOID) {
		return "The certificate is not a certificate authority's by a critical extension."
	}
	const allowed = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	if c.KeyUsage&x509.KeyUsageCertSign == 0 || c.KeyUsage&^allowed != 0 || !isCritical(c, keyUsageOID) {
		return "The certificate's key may do something else than sign certificates."
	}
	// Without that extension it could sign code and e-mail too.
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth || len(c.UnknownExtKeyUsage) > 0 {
		return "The certificate is not for servers alone."
	}
	return ""
}

func extensionProblem(c *x509.Certificate) string {
	seen := map[string]bool{}
	for _, extension := range c.Extensions {
		id := extension.Id.String()
		if !extensions[id] {
			return "The certificate has the extension " + shown(id) + ", which no authority of gotunnel's has."
		}
		if seen[id] {
			return "The certificate has the extension " + id + " twice."
		}
		seen[id] = true
	}
	return ""
}

func isCritical(c *x509.Certificate, id asn1.ObjectIdentifier) bool {
	for _, extension := range c.Extensions {
		if extension.Id.Equal(id) {
			return extension.Critical
		}
	}
	return false
}

// constraintProblem wants permitted names of every kind: a kind that is not mentioned is not constrained (RFC 5280,
// section 4.2.1.10). Exclusions only take away, so they need no look.
func constraintProblem(c *x509.Certificate, suffixes []string) string {
	// Go reports a critical extension that it did not understand whole, as a constraint of another kind.
	if len(c.UnhandledCriticalExtensions) > 0 {
		return "The certificate has critical extensions that are not understood."
	}
	if !c.PermittedDNSDomainsCritical {
		return "The certificate has no critical name constraints."
	}
	if len(c.PermittedDNSDomains) == 0 || len(c.PermittedIPRanges) == 0 ||
		len(c.PermittedEmailAddresses) == 0 || len(c.PermittedURIDomains) == 0 {
		return "The certificate's name constraints leave DNS names, addresses, e-mail addresses or URIs open."
	}
	for _, domain := range c.PermittedDNSDomains {
		if !withinAny(domain, suffixes) {
			return "The certificate may sign for " + shown(domain) + ", which is no allowed suffix."
		}
	}
	for _, domain := range append(append([]string{}, c.PermittedEmailAddresses...), c.PermittedURIDomains...) {
		if domain != invalidDomain && !withinAny(domain, suffixes) {
			return "The certificate may sign for " + shown(domain) + ", which is no allowed suffix."
		}
	}
	for _, network := range c.PermittedIPRanges {
		if !isPrivate(network) {
			return "The certificate may sign for the addresses " + network.String() + ", which are not private."
		}
	}
	return ""
}

// withinAny tells whether a constraint is a suffix or narrower. One with a dot before it means different things to
// different programs, and an empty one everything: neither is a domain.
func withinAny(domain string, suffixes []string) bool {
	if !isDomain(domain) {
		return false
	}
	for _, suffix := range suffixes {
		if domain == suffix || isBelow(domain, suffix) {
			return true
		}
	}
	return false
}

func isPrivate(network *net.IPNet) bool {
	ones, bits := network.Mask.Size()
	// A mask with holes has no size. 16 bytes are IPv6 even where Go would see an IPv4 address in them.
	if bits == 0 || len(network.IP)*8 != bits {
		return false
	}
	for _, private := range privateNetworks {
		atLeast, same := private.Mask.Size()
		if same == bits && ones >= atLeast && bytes.Equal(masked(network.IP, private.Mask), private.IP) {
			return true
		}
	}
	return false
}

func masked(address net.IP, mask net.IPMask) []byte {
	result := make([]byte, len(address))
	for i := range address {
		result[i] = address[i] & mask[i]
	}
	return result
}

func networks(texts ...string) []*net.IPNet {
	var all []*net.IPNet
	for _, text := range texts {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			panic(err) // a mistake in the table above
		}
		all = append(all, network)
	}
	return all
}

// fingerprint is a certificate's SHA-256 in hexadecimal digits.
func fingerprint(c *x509.Certificate) string {
	digest := sha256.Sum256(c.Raw)
	return hex.EncodeToString(digest[:])
}
