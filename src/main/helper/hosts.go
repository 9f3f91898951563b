package main

import (
	"bytes"
	"regexp"
	"strings"
)

// A user's entries stand between two marker lines with his id. The first says so when it had to end the line above it,
// so that removing the block can take that back.
const (
	beginMarker = "# BEGIN gotunnel"
	endMarker   = "# END gotunnel"
	endedAbove  = " (ended the line above)"
)

var (
	beginLine = regexp.MustCompile(`^# BEGIN gotunnel ([0-9A-Za-z-]{1,128})( \(ended the line above\))?$`)
	endLine   = regexp.MustCompile(`^# END gotunnel ([0-9A-Za-z-]{1,128})$`)
	byteOrder = []byte("\xEF\xBB\xBF")
)

// loopbacks are what every name leads to. A name with an IPv4 address alone costs seconds on some systems.
var loopbacks = []string{"127.0.0.1", "::1"}

// hostsBlock is where a user's entries stand: the numbers of the marker lines, from 0.
type hostsBlock struct {
	owner      caller
	first      int
	last       int
	endedAbove bool
}

// editHosts gives one user other entries, or none. All other bytes stay as they are: text is never decoded, only whole
// lines are compared. What somebody else wrote between the markers comes out behind them.
func editHosts(text []byte, who caller, names []string, lineEnd string) ([]byte, error) {
	lines := splitLines(text)
	blocks, err := findBlocks(lines)
	if err != nil {
		return nil, err
	}
	lineEnd = usualLineEnd(lines, lineEnd)
	for _, block := range blocks {
		if block.owner == who {
			return replaceBlock(lines, block, names, lineEnd), nil
		}
	}
	if len(names) == 0 {
		return text, nil
	}
	if len(text) == 0 || bytes.HasSuffix(text, []byte("\n")) {
		return concat(text, writeBlock(who, names, lineEnd, false)), nil
	}
	return concat(text, []byte(lineEnd), writeBlock(who, names, lineEnd, true)), nil
}

func replaceBlock(lines [][]byte, block hostsBlock, names []string, lineEnd string) []byte {
	before := bytes.Join(lines[:block.first], nil)
	var after []byte
	for _, line := range lines[block.first+1 : block.last] {
		if !isEntry(line) {
			after = append(after, line...)
		}
	}
	after = append(after, bytes.Join(lines[block.last+1:], nil)...)
	if len(names) > 0 {
		return concat(before, writeBlock(block.owner, names, lineEnd, block.endedAbove), after)
	}
	if block.endedAbove && len(after) == 0 {
		_, ending := cutLineEnd(lines[block.first])
		before = bytes.TrimSuffix(before, ending)
	}
	return concat(before, after)
}

func writeBlock(who caller, names []string, lineEnd string, endsAbove bool) []byte {
	var block bytes.Buffer
	block.WriteString(beginMarker + " " + string(who))
	if endsAbove {
		block.WriteString(endedAbove)
	}
	block.WriteString(lineEnd)
	for _, name := range names {
		for _, address := range loopbacks {
			block.WriteString(address + " " + name + lineEnd)
		}
	}
	block.WriteString(endMarker + " " + string(who) + lineEnd)
	return block.Bytes()
}

// findBlocks finds every user's entries. A marker without its other half, or within another pair, is a sign of an edit by
// hand whose meaning nobody but its author knows.
func findBlocks(lines [][]byte) ([]hostsBlock, error) {
	var blocks []hostsBlock
	seen := map[caller]int{}
	var open *hostsBlock
	for i, line := range lines {
		body, _ := cutLineEnd(line)
		if i == 0 {
			body = bytes.TrimPrefix(body, byteOrder)
		}
		switch {
		case isMarker(body, beginMarker):
			found := beginLine.FindSubmatch(body)
			if found == nil {
				return nil, malformed(i, "is not a marker that gotunnel wrote")
			}
			owner := caller(found[1])
			if open != nil {
				return nil, malformed(i, "begins a block within the one of line %d", open.first+1)
			}
			if before, twice := seen[owner]; twice {
				return nil, malformed(i, "begins a second block for %s, whose first is in line %d", owner, before+1)
			}
			seen[owner] = i
			open = &hostsBlock{owner: owner, first: i, endedAbove: len(found[2]) > 0}
		case isMarker(body, endMarker):
			found := endLine.FindSubmatch(body)
			if found == nil {
				return nil, malformed(i, "is not a marker that gotunnel wrote")
			}
			if open == nil {
				return nil, malformed(i, "ends a block that does not begin")
			}
			if open.owner != caller(found[1]) {
				return nil, malformed(i, "ends another block than line %d begins", open.first+1)
			}
			open.last = i
			blocks = append(blocks, *open)
			open = nil
		}
	}
	if open != nil {
		return nil, malformed(open.first, "begins a block that does not end")
	}
	return blocks, nil
}

func malformed(line int, what string, values ...any) error {
	return fail(codeMalformed,
		asRoot+", mend that line with an editor: every \"# BEGIN gotunnel ID\" needs an \"# END gotunnel ID\" below it.",
		"Line %d of the hosts file "+what+".", append([]any{line + 1}, values...)...)
}

// isMarker tells whether a line means to be a marker: the words at its beginning, and no longer word.
func isMarker(body []byte, marker string) bool {
	rest := strings.TrimPrefix(string(body), marker)
	return len(rest) < len(body) && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

// isEntry tells whether a line has the form of those that stand between markers.
func isEntry(line []byte) bool {
	body, _ := cutLineEnd(line)
	for _, address := range loopbacks {
		if name := bytes.TrimPrefix(body, []byte(address+" ")); len(name) < len(body) && isDomain(string(name)) {
			return true
		}
	}
	return false
}

// splitLines keeps the ending of every line with it. The last may have none.
func splitLines(text []byte) [][]byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func cutLineEnd(line []byte) (body, ending []byte) {
	body = bytes.TrimSuffix(line, []byte("\n"))
	if len(body) < len(line) {
		body = bytes.TrimSuffix(body, []byte("\r"))
	}
	return body, line[len(body):]
}

// usualLineEnd is how most lines end, or a default when none does.
func usualLineEnd(lines [][]byte, otherwise string) string {
	count := map[string]int{}
	for _, line := range lines {
		_, ending := cutLineEnd(line)
		count[string(ending)]++
	}
	switch {
	case count["\r\n"] > count["\n"]:
		return "\r\n"
	case count["\n"] > 0:
		return "\n"
	}
	return otherwise
}

// concat makes a text of its own, so that no part of another is written over.
func concat(parts ...[]byte) []byte {
	return bytes.Join(parts, nil)
}
