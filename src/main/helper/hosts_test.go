package main

import (
	"bytes"
	"strings"
	"testing"
)

// Files as people have them. Applying and then restoring gives back every byte of each.
var foreignFiles = map[string]string{
	"plain":                       plainHosts,
	"empty":                       "",
	"no final newline":            "127.0.0.1 localhost\n10.0.0.5 nas",
	"one line without newline":    "127.0.0.1 localhost",
	"CRLF":                        "127.0.0.1 localhost\r\n10.0.0.5 nas\r\n",
	"CRLF, no final newline":      "127.0.0.1 localhost\r\n10.0.0.5 nas",
	"mixed line ends":             "127.0.0.1 localhost\r\n10.0.0.5 nas\n10.0.0.6 tv\r\n",
	"carriage return at the end":  "127.0.0.1 localhost\n10.0.0.5 nas\r",
	"byte order mark":             "\xEF\xBB\xBF127.0.0.1 localhost\n",
	"only a byte order mark":      "\xEF\xBB\xBF",
	"Latin-1":                     "10.0.0.5 nas # der Gr\xfc\xdfe wegen\n",
	"NUL bytes":                   "10.0.0.5 nas\x00\x00\n\x00",
	"blank lines":                 "\n\n127.0.0.1 localhost\n\n\n\n",
	"marker of another tool":      "# BEGIN gotunnels\n# begin gotunnel 1000\n#BEGIN gotunnel 1000\n # END gotunnel 1000\n",
	"names like ours":             "127.0.0.1 aa.local a.local.b\n127.0.0.1 shop.test\n",
	"another user's block":        "127.0.0.1 localhost\n# BEGIN gotunnel 1001\n127.0.0.1 b.test\n::1 b.test\n# END gotunnel 1001\n10.0.0.5 nas\n",
	"another user's, CRLF, weird": "# BEGIN gotunnel 1001\r\n127.0.0.1 b.test\r\n# hello\r\n# END gotunnel 1001\r\n\xff",
}

func edited(t *testing.T, text string, who caller, names ...string) string {
	t.Helper()
	after, err := editHosts([]byte(text), who, names, "\n")
	if err != nil {
		t.Fatal(err)
	}
	return string(after)
}

func TestRestoreGivesBackEveryByte(t *testing.T) {
	for what, text := range foreignFiles {
		t.Run(what, func(t *testing.T) {
			applied := edited(t, text, alice, "shop.test", "api.shop.local")
			if !strings.HasPrefix(applied, text) {
				t.Errorf("foreign bytes changed: %q", applied)
			}
			again := edited(t, applied, alice, "other.test")
			if !strings.HasPrefix(again, text) || strings.Contains(again, "127.0.0.1 api.shop.local") {
				t.Errorf("after a second change: %q", again)
			}
			if restored := edited(t, again, alice); restored != text {
				t.Errorf("restored %q, was %q", restored, text)
			}
		})
	}
}

func TestWritesBothLoopbacksForEachName(t *testing.T) {
	want := plainHosts + "# BEGIN gotunnel 1000\n127.0.0.1 a.test\n::1 a.test\n127.0.0.1 b.local\n::1 b.local\n# END gotunnel 1000\n"
	if got := edited(t, plainHosts, alice, "a.test", "b.local"); got != want {
		t.Errorf("got %q", got)
	}
}

func TestWritesLinesAsMostOfTheFileEnd(t *testing.T) {
	got := edited(t, "127.0.0.1 localhost\r\n", alice, "a.test")
	if strings.Count(got, "\r\n") != strings.Count(got, "\n") {
		t.Errorf("got %q", got)
	}
}

func TestAnotherUsersBlockIsNeverTouched(t *testing.T) {
	both := edited(t, edited(t, plainHosts, bob, "b.test"), alice, "a.test")
	if got, want := edited(t, both, alice), edited(t, plainHosts, bob, "b.test"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := edited(t, both, bob), edited(t, plainHosts, alice, "a.test"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := edited(t, both, bob, "c.test"); !strings.Contains(got, "# BEGIN gotunnel 1000\n127.0.0.1 a.test\n::1 a.test\n# END gotunnel 1000\n") {
		t.Errorf("got %q", got)
	}
}

func TestLinesAddedBelowTheBlockStayLines(t *testing.T) {
	applied := edited(t, "10.0.0.5 nas", alice, "a.test") + "10.0.0.6 tv\n"
	if got := edited(t, applied, alice); got != "10.0.0.5 nas\n10.0.0.6 tv\n" {
		t.Errorf("got %q", got)
	}
}

func TestLinesAddedWithinTheBlockAreKept(t *testing.T) {
	applied := edited(t, plainHosts, alice, "a.test")
	for _, foreign := range []string{"10.0.0.6 tv\n", "# mine\r\n", "\n", "127.0.0.1 a.test b.test\n", "127.0.0.1  a.test\n", "::1 \xff\n"} {
		mixed := strings.Replace(applied, "::1 a.test\n", "::1 a.test\n"+foreign, 1)
		if got := edited(t, mixed, alice); got != plainHosts+foreign {
			t.Errorf("%q: got %q", foreign, got)
		}
		if got := edited(t, mixed, alice, "c.test"); !strings.HasSuffix(got, "# END gotunnel 1000\n"+foreign) {
			t.Errorf("%q: got %q", foreign, got)
		}
	}
}

func TestHugeFilesAreEdited(t *testing.T) {
	text := strings.Repeat("10.1.2.3 some-host # comment\r\n", 300_000)
	applied := edited(t, text, alice, "a.test")
	if edited(t, applied, alice) != text {
		t.Error("not the same bytes")
	}
}

func TestMalformedMarkersAreRefusedByLine(t *testing.T) {
	for _, test := range []struct{ text, message string }{
		{"a\n# BEGIN gotunnel 1000\n", "Line 2 of the hosts file begins a block that does not end."},
		{"a\nb\n# END gotunnel 1000\n", "Line 3 of the hosts file ends a block that does not begin."},
		{"# BEGIN gotunnel 1\n# BEGIN gotunnel 2\n# END gotunnel 2\n# END gotunnel 1\n", "Line 2 of the hosts file begins a block within the one of line 1."},
		{"# BEGIN gotunnel 1\n# END gotunnel 2\n", "Line 2 of the hosts file ends another block than line 1 begins."},
		{"# BEGIN gotunnel 1\n# END gotunnel 1\n# BEGIN gotunnel 1\n# END gotunnel 1\n", "Line 3 of the hosts file begins a second block for 1, whose first is in line 1."},
		{"# BEGIN gotunnel\n# END gotunnel\n", "Line 1 of the hosts file is not a marker that gotunnel wrote."},
		{"\xEF\xBB\xBF# END gotunnel 1\n", "Line 1 of the hosts file ends a block that does not begin."},
		{"# BEGIN gotunnel 1\n# END gotunnel 1 \n", "Line 2 of the hosts file is not a marker that gotunnel wrote."},
		{"# BEGIN gotunnel ../x\n# END gotunnel ../x\n", "Line 1 of the hosts file is not a marker that gotunnel wrote."},
	} {
		for _, names := range [][]string{nil, {"a.test"}} {
			_, err := editHosts([]byte(test.text), alice, names, "\n")
			if err == nil || err.Error() != test.message {
				t.Errorf("%q: %v", test.text, err)
			}
		}
	}
}

// Any bytes at all come back, or are refused.
func FuzzRestoreGivesBackEveryByte(f *testing.F) {
	for _, text := range foreignFiles {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		blocks, err := findBlocks(splitLines(text))
		if err != nil {
			t.Skip("refused")
		}
		for _, block := range blocks {
			if block.owner == alice {
				t.Skip("has a block already")
			}
		}
		applied, err := editHosts(text, alice, []string{"a.test"}, "\n")
		if err != nil {
			t.Fatal(err)
		}
		restored, err := editHosts(applied, alice, nil, "\n")
		if err != nil || !bytes.Equal(restored, text) {
			t.Fatalf("%q became %q (%v)", text, restored, err)
		}
	})
}
