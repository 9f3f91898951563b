package main

import (
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// refusal is something that is sent and must not be obeyed. A test on Linux writes all of them into docs/HELPER.md.
type refusal struct {
	// sent is how the table shows it; left out, the arguments or the input themselves are shown.
	sent      string
	arguments []string
	input     string
	code      string
}

// refusalGroup is a part of the table.
type refusalGroup struct {
	title string
	rows  []refusal
}

func refusals(t *testing.T) []refusalGroup {
	t.Helper()
	return []refusalGroup{
		{"Arguments", wrongArguments()},
		{"Input that is not the one object", wrongInputs()},
		{"Names (hosts-apply)", wrongNames()},
		{"Suffixes (suffix-add)", wrongSuffixes()},
		{"Certificates (trust-install)", wrongCertificates(t)},
		{"Fingerprints (trust-remove)", wrongFingerprints()},
	}
}

func wrongArguments() []refusal {
	var rows []refusal
	for _, arguments := range [][]string{
		{}, {"hosts-apply", "hosts-restore"}, {"hosts-apply", "--file=/etc/shadow"}, {"hosts-apply", ""}, {""}, {"help"}, {"--help"},
		{"-version"}, {"HOSTS-APPLY"}, {"hosts-apply "}, {"hosts-apply\n"}, {"hosts-apply\x00"}, {"../hosts-apply"},
		{"/etc/hosts"}, {"hosts_apply"}, {"dns-apply"}, {"\x1b[2J"}, {"sh -c id"},
	} {
		rows = append(rows, refusal{sent: fmt.Sprintf("arguments %q", arguments), arguments: arguments, input: "{}", code: codeUsage})
	}
	return append(rows, refusal{sent: "a verb of 100 KB", arguments: []string{strings.Repeat("x", 100_000)}, code: codeUsage})
}

func wrongInputs() []refusal {
	rows := []refusal{
		{sent: "nothing", input: ""},
		{sent: "10 MB of zeros", input: strings.Repeat("\x00", 10<<20)},
		{sent: "10 MB of names", input: `{"names":["` + strings.Repeat(`a.test","`, 1_200_000) + `a.test"]}`},
		{sent: "65,537 bytes, all but the object white space", input: `{"names":[]}` + strings.Repeat(" ", maxInput+1-12)},
		{sent: "30,000 open brackets", input: `{"names":` + strings.Repeat("[", 30_000)},
		{sent: "20,000 brackets, closed", input: `{"names":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "}"},
	}
	for _, input := range []string{
		" ", "\n", "\x00", "names", "a.test", `"names"`, "[]", `["a.test"]`, "7", "null", "true", `{`, `{"names"`, `{"names":["a.test"`,
		`{"names":["a.test"]`, `{"names":["a.test"]}}`, `{"names":[]} {"names":[]}`, `{"names":[]} x`, "{\"names\":[]}\x00",
		`{"names":[],}`, `{"names":[] /* none */}`, `{'names':[]}`, `{names:[]}`, "\xEF\xBB\xBF{\"names\":[]}",
		"{\"names\":[\"a\x00.test\"]}", "{\"names\":[\"a\n.test\"]}", "{\"names\":[\"a\t.test\"]}", "{\"names\":[\"\xff.test\"]}",
		`{}`, `{"names":null}`, `{"names":"a.test"}`, `{"names":7}`, `{"names":{"0":"a.test"}}`, `{"names":[7]}`, `{"names":[["a.test"]]}`,
		`{"Names":[]}`, `{"NAMES":["a.test"]}`, `{"names":[],"names":["a.test"]}`, `{"names":[],"\u006eames":["a.test"]}`,
		`{"names":[],"Names":["a.test"]}`, `{"names":[],"path":"/etc/shadow"}`, `{"names":[],"uid":0}`, `{"":[]}`,
	} {
		rows = append(rows, refusal{input: input})
	}
	for i := range rows {
		rows[i].arguments, rows[i].code = []string{"hosts-apply"}, codeInput
	}
	return append(rows,
		refusal{arguments: []string{"hosts-restore"}, input: `{"names":[]}`, code: codeInput},
		refusal{arguments: []string{"hosts-restore"}, input: `{"user":"1001"}`, code: codeInput},
		refusal{arguments: []string{"ports-enable"}, input: `{"port":1}`, code: codeInput},
		refusal{arguments: []string{"ports-disable"}, input: `[]`, code: codeInput},
		refusal{arguments: []string{"trust-install"}, input: `{"path":"/etc/shadow"}`, code: codeInput},
		refusal{arguments: []string{"trust-remove"}, input: `{"store":"/etc"}`, code: codeInput},
		refusal{arguments: []string{"suffix-remove"}, input: `{"suffix":["example.com"]}`, code: codeInput},
	)
}

func wrongNames() []refusal {
	var rows []refusal
	for _, name := range []string{
		"", ".", "test", "local", "localhost", ".test", "a..test", "a.test.", "-a.test", "a-.test", "A.test", "a.TEST",
		"a_b.test", "a b.test", "a\n.test", "a.test\n", "a\t.test", "a.test\r", "a\x00.test", "*.shop.test", "../a.test", "..", "../../etc/passwd",
		"a/b.test", `a\b.test`, "münchen.test", "a.test#", "#.test", "bank.com", "www.bank.com", "a.test.com", "atest", "a.testt", "alocal",
		"8.8.8.8", "127.0.0.1", "::1", "2001:db8::1", "0.0.0.0", "8.8.8.8 bank.com", "127.0.0.1 a.test", "a.test\n8.8.8.8 bank.com",
		"a.test%eth0", "a.test:443", "https://a.test", "a@b.test", "a.test\u2028", "\u212a.test", "a.test\u0000", "$(id).test", "`id`.test", "%s.test",
	} {
		rows = append(rows, refusal{input: namesInput(name), code: codeName})
	}
	rows = append(rows,
		refusal{input: `{"names":["good.test","bank.com"]}`, code: codeName},
		refusal{input: `{"names":["\ud800.test"]}`, code: codeName},
		refusal{input: `{"names":[null]}`, code: codeName},
		refusal{sent: "a label of 64 letters", input: namesInput(strings.Repeat("a", 64) + ".test"), code: codeName},
		refusal{sent: "a name of 256 letters", input: namesInput(strings.Repeat("a.", 126) + "test"), code: codeName},
		refusal{sent: "1,001 names", input: namesInput(strings.Split(strings.Repeat("a.test ", maxNames)+"a.test", " ")...), code: codeName},
	)
	for i := range rows {
		rows[i].arguments = []string{"hosts-apply"}
	}
	return rows
}

func wrongSuffixes() []refusal {
	var rows []refusal
	for _, suffix := range []string{
		"", ".", "com", "de", "dev", "io", "arpa", "co.uk", "com.au", "gov.uk", "tokyo.jp", "anything.ck", "github.io", "vercel.app",
		"amazonaws.com", "s3.amazonaws.com", "core.windows.net", "nip.io", "duckdns.org", "in-addr.arpa", "1", "10.0.0.1", "example.123",
		"Dev.example.com", "*.example.com", ".example.com", "example.com.", "a b.com", "example.com\n", "../example.com", "example.com#",
	} {
		rows = append(rows, refusal{input: encoded(map[string]string{"suffix": suffix}), code: codeSuffix, arguments: []string{"suffix-add"}})
	}
	return append(rows, refusal{input: `{"suffix":"localhost"}`, code: codeSuffix, arguments: []string{"suffix-remove"}})
}

func wrongCertificates(t *testing.T) []refusal {
	t.Helper()
	var rows []refusal
	add := func(texts map[string]string) {
		var kinds []string
		for what := range texts {
			kinds = append(kinds, what)
		}
		sort.Strings(kinds)
		for _, what := range kinds {
			rows = append(rows, refusal{sent: "a certificate: " + what, arguments: []string{"trust-install"},
				input: encoded(map[string]string{"certificate": texts[what]}), code: codeCertificate})
		}
	}
	dangerous := map[string]string{}
	for what, change := range dangerousRoots {
		template := rootTemplate()
		change(template)
		dangerous[what] = sign(t, template, nil, newKey(t, elliptic.P256()), nil)
	}
	add(notOneCertificate(t))
	add(notSignedByItself(t))
	add(weakRoots(t))
	add(dangerous)
	return rows
}

func wrongFingerprints() []refusal {
	var rows []refusal
	for _, print := range []string{
		"", "00", strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("A", 64), strings.Repeat("0", 63) + "\n",
		"../../../../etc/passwd", strings.Repeat("../", 21) + "a", strings.Repeat("00:", 31) + "00",
	} {
		rows = append(rows, refusal{input: encoded(map[string]string{"fingerprint": print}), code: codeInput, arguments: []string{"trust-remove"}})
	}
	return rows
}

func encoded(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		panic(value)
	}
	return strings.TrimSpace(text.String())
}

func TestNothingThatIsRefusedChangesAnything(t *testing.T) {
	m := testMachine(t)
	m.now = fixedTime
	mustDo(t, m, alice, namesInput("mine.test"), "hosts-apply")
	before := snapshot(t, m)
	for _, group := range refusals(t) {
		for _, row := range group.rows {
			answer := ask(m, alice, row.input, row.arguments...)
			if answer.OK || answer.exit != exitRefused || answer.Code != row.code || answer.Message == "" || answer.Fix == "" {
				t.Errorf("%s: %s: %+v", group.title, row.shown(), answer)
			}
		}
	}
	if after := snapshot(t, m); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// shown is what was sent as it stands in the table.
func (r refusal) shown() string {
	if r.sent != "" {
		return r.sent
	}
	text := r.input
	if quoted := strconv.QuoteToASCII(text); strings.Contains(quoted, `\\`) || len(quoted) != len(text)+2+strings.Count(text, `"`) || strings.TrimSpace(text) != text {
		text = quoted
	}
	return strings.TrimPrefix(r.arguments[0]+" "+text, "hosts-apply ")
}
