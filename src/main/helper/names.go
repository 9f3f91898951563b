package main

import (
	"regexp"
	"strings"
)

const (
	// maxNames is the most names that one user may have in the hosts file.
	maxNames = 1000
	// maxNameLength is what the DNS allows, without the root's dot.
	maxNameLength = 253
)

// label is a letter-digit-hyphen label of RFC 1123, lower-case.
var label = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// isDomain tells whether a text is a lower-case host name. It says nothing about whose.
func isDomain(text string) bool {
	if text == "" || len(text) > maxNameLength {
		return false
	}
	for _, part := range strings.Split(text, ".") {
		if !label.MatchString(part) {
			return false
		}
	}
	return true
}

// isBelow tells whether a name is part of a suffix's tree, and not the suffix itself.
func isBelow(name, suffix string) bool {
	return strings.HasSuffix(name, "."+suffix)
}

// checkNames refuses names that may not lead to this machine, and returns the others, each once, in their order.
func checkNames(names, allowed []string) ([]string, error) {
	if len(names) > maxNames {
		return nil, refuse(codeName, "Stop some tunnels.", "There are more than %d names.", maxNames)
	}
	var checked []string
	seen := map[string]bool{}
	for _, name := range names {
		if !isDomain(name) {
			return nil, refuse(codeName, "Use lower-case letters, digits and hyphens, with dots between.",
				"%s is not a host name.", shown(name))
		}
		if !belowAny(name, allowed) {
			return nil, refuse(codeName, "Use a name below "+strings.Join(allowed, ", ")+", or allow its suffix first.",
				"%s is not below an allowed suffix.", shown(name))
		}
		if !seen[name] {
			seen[name] = true
			checked = append(checked, name)
		}
	}
	return checked, nil
}

func belowAny(name string, suffixes []string) bool {
	for _, suffix := range suffixes {
		if isBelow(name, suffix) {
			return true
		}
	}
	return false
}
