package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"
)

// builtInSuffixes are those below which no public site can have a name (RFC 6761, RFC 6762).
var builtInSuffixes = []string{"local", "test", "localhost"}

// privateTopLevel are single labels that the internet's root will not delegate: RFC 2606, RFC 6762 appendix G, and
// "internal", which ICANN reserved in 2024.
var privateTopLevel = map[string]bool{
	"corp": true, "example": true, "home": true, "internal": true, "intranet": true, "lan": true, "private": true,
}

// maxSuffixes bounds the list.
const maxSuffixes = 64

//go:embed public_suffixes.txt
var publicSuffixText string

// suffixAdd allows names below one more suffix, to every user of the machine.
func suffixAdd(m *machine, _ caller, input []byte) (outcome, error) {
	suffix, suffixes, err := m.suffixRequest(input)
	if err != nil {
		return outcome{}, err
	}
	for _, known := range append(suffixes, builtInSuffixes...) {
		if suffix == known {
			return m.suffixOutcome(false)
		}
	}
	if len(suffixes) == maxSuffixes {
		return outcome{}, fail(codeSuffix, "Remove one that is no longer used.", "%d suffixes are allowed already.", maxSuffixes)
	}
	if err := m.writeSuffixes(append(suffixes, suffix)); err != nil {
		return outcome{}, ioFailure("write "+m.suffixes, err)
	}
	return m.suffixOutcome(true)
}

// suffixRemove takes a suffix off the list. Certificates and entries that are there already stay.
func suffixRemove(m *machine, _ caller, input []byte) (outcome, error) {
	suffix, suffixes, err := m.suffixRequest(input)
	if err != nil {
		return outcome{}, err
	}
	for _, builtIn := range builtInSuffixes {
		if suffix == builtIn {
			return outcome{}, refuse(codeSuffix, "Leave it: no public site can have a name below it.",
				"%s is built in.", suffix)
		}
	}
	var kept []string
	for _, known := range suffixes {
		if known != suffix {
			kept = append(kept, known)
		}
	}
	if len(kept) == len(suffixes) {
		return m.suffixOutcome(false)
	}
	if err := m.writeSuffixes(kept); err != nil {
		return outcome{}, ioFailure("write "+m.suffixes, err)
	}
	return m.suffixOutcome(true)
}

func (m *machine) suffixRequest(input []byte) (suffix string, added []string, err error) {
	var request struct {
		Suffix string `json:"suffix"`
	}
	if err := decode(input, &request); err != nil {
		return "", nil, err
	}
	if err := checkSuffix(request.Suffix); err != nil {
		return "", nil, err
	}
	added, err = m.addedSuffixes()
	return request.Suffix, added, err
}

func (m *machine) suffixOutcome(changed bool) (outcome, error) {
	suffixes, err := m.allowedSuffixes()
	return outcome{Changed: changed, Suffixes: suffixes}, err
}

// checkSuffix refuses suffixes below which strangers have names.
func checkSuffix(suffix string) error {
	if !isDomain(suffix) {
		return refuse(codeSuffix, "Use lower-case letters, digits and hyphens, with dots between, as in dev.example.com.",
			"%s is not a domain.", shown(suffix))
	}
	if why := publicity(suffix); why != "" {
		return refuse(codeSuffix, "Use a domain of your own, best a part of it that nothing public uses, as dev.example.com.",
			"%s %s.", suffix, why)
	}
	return nil
}

// publicity tells why others may have names below a suffix, or nothing. It is a compact check, not the Public Suffix
// List: docs/HELPER.md tells its limits.
func publicity(suffix string) string {
	labels := strings.Split(suffix, ".")
	top := labels[len(labels)-1]
	if strings.Trim(top, "0123456789") == "" {
		return "ends like an address"
	}
	for _, builtIn := range builtInSuffixes {
		if suffix == builtIn {
			return ""
		}
	}
	if len(labels) == 1 {
		if privateTopLevel[top] {
			return ""
		}
		return "is a top-level domain"
	}
	rules := readPublicSuffixes(publicSuffixText)
	for _, public := range rules.domains {
		if suffix == public {
			return "is a public suffix"
		}
		if isBelow(public, suffix) {
			return "has the public suffix " + public + " below it"
		}
	}
	for _, operator := range rules.whole {
		if suffix == operator || isBelow(suffix, operator) {
			return "belongs to " + operator + ", whose customers have names at many levels"
		}
	}
	if len(labels) == 2 {
		if len(top) == 2 && rules.secondLevel[labels[0]] {
			return "looks like a public suffix of the country " + top
		}
		if rules.wildcard[top] {
			return "is a public suffix, as every name of two labels below " + top + " is"
		}
	}
	return ""
}

// publicSuffixes are the embedded rules.
type publicSuffixes struct {
	// domains are public suffixes of two and more labels.
	domains []string
	// secondLevel are labels that countries register names below, as in co.uk.
	secondLevel map[string]bool
	// whole are domains whose operators give names at several levels away.
	whole []string
	// wildcard are top-level domains where every second level is a public suffix.
	wildcard map[string]bool
}

// readPublicSuffixes reads lines of the forms "domain", "**.domain", "label.??" and "*.top"; "#" begins a comment.
func readPublicSuffixes(text string) publicSuffixes {
	rules := publicSuffixes{secondLevel: map[string]bool{}, wildcard: map[string]bool{}}
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		for _, rule := range strings.Fields(line) {
			switch {
			case strings.HasSuffix(rule, ".??"):
				rules.secondLevel[strings.TrimSuffix(rule, ".??")] = true
			case strings.HasPrefix(rule, "**."):
				rules.whole = append(rules.whole, strings.TrimPrefix(rule, "**."))
			case strings.HasPrefix(rule, "*."):
				rules.wildcard[strings.TrimPrefix(rule, "*.")] = true
			default:
				rules.domains = append(rules.domains, rule)
			}
		}
	}
	return rules
}

// allowedSuffixes are the built-in suffixes and those of the administrator's list.
func (m *machine) allowedSuffixes() ([]string, error) {
	added, err := m.addedSuffixes()
	return append(append([]string{}, builtInSuffixes...), added...), err
}

// addedSuffixes reads the administrator's list: a suffix on each line, "#" begins a comment. He may edit it by hand; what
// suffix-add refuses is refused there as well.
func (m *machine) addedSuffixes() ([]string, error) {
	path, err := m.resolve(m.suffixes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, ioFailure("find "+m.suffixes, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, ioFailure("read "+path, err)
	}
	var suffixes []string
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		suffix := strings.TrimSpace(line)
		if suffix == "" {
			continue
		}
		if err := checkSuffix(suffix); err != nil {
			return nil, fail(codeMalformed, asRoot+", mend that line or remove it.", "Line %d of %s: %s", i+1, path, err)
		}
		suffixes = append(suffixes, suffix)
	}
	return suffixes, nil
}

func (m *machine) writeSuffixes(suffixes []string) error {
	if len(suffixes) == 0 {
		return removeState(m.suffixes)
	}
	sort.Strings(suffixes)
	text := "# Domains below which gotunnel may name tunnels and sign certificates, beside the built-in ones.\n"
	for _, suffix := range suffixes {
		text += fmt.Sprintln(suffix)
	}
	return m.writeState(m.suffixes, []byte(text), 0o644)
}
