package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestAcceptsNamesBelowAllowedSuffixes(t *testing.T) {
	long := strings.Repeat(strings.Repeat("a", 61)+".", 4) + "test"
	names := []string{"shop.test", "a.local", "x.y.z.localhost", "xn--mnchen-3ya.local", "0.test", "a--b.test",
		strings.Repeat("a", 63) + ".test", long}
	got, err := checkNames(append(names, "shop.test"), builtInSuffixes)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(names) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRefusesEverythingElse(t *testing.T) {
	for _, name := range []string{
		"", ".", "test", "local", "localhost", ".test", "a..test", "a.test.", "-a.test", "a-.test", "A.test", "a.TEST",
		"a_b.test", "a b.test", "a\n.test", "a.test\n", "a\t.test", "a.test\r", "a\x00.test", "*.shop.test", "../a.test",
		"a/b.test", "münchen.test", "a.test#", "bank.com", "www.bank.com", "a.test.com", "atest", "a.testt", "alocal",
		"8.8.8.8", "127.0.0.1", "::1", "2001:db8::1", "127.0.0.1 a.test", "a.test\n8.8.8.8 bank.com",
		strings.Repeat("a", 64) + ".test", strings.Repeat("a.", 126) + "test", "a.test%eth0", "a.test\u2028", "\u212a.test",
	} {
		if _, err := checkNames([]string{name}, builtInSuffixes); err == nil {
			t.Errorf("accepted %q", name)
		}
	}
	many := make([]string, maxNames+1)
	for i := range many {
		many[i] = fmt.Sprintf("n%d.test", i)
	}
	if _, err := checkNames(many, builtInSuffixes); err == nil {
		t.Error("accepted too many names")
	}
	if _, err := checkNames(many[:maxNames], builtInSuffixes); err != nil {
		t.Error(err)
	}
}
