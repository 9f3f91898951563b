package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestASuffixAllowsNamesBelowIt(t *testing.T) {
	m := testMachine(t)
	before := snapshot(t, m)
	if ask(m, alice, namesInput("shop.dev.example.com"), "hosts-apply").Code != codeName {
		t.Error("allowed before")
	}
	answer := mustDo(t, m, alice, `{"suffix":"dev.example.com"}`, "suffix-add")
	if !answer.Changed || fmt.Sprint(answer.Suffixes) != "[local test localhost dev.example.com]" {
		t.Errorf("%+v", answer)
	}
	if mustDo(t, m, bob, `{"suffix":"dev.example.com"}`, "suffix-add").Changed {
		t.Error("added twice")
	}
	mustDo(t, m, alice, namesInput("shop.dev.example.com"), "hosts-apply")
	for _, name := range []string{"dev.example.com", "shop.example.com", "evil-dev.example.com"} {
		if ask(m, alice, namesInput(name), "hosts-apply").Code != codeName {
			t.Errorf("allowed %s", name)
		}
	}
	mustDo(t, m, alice, "{}", "hosts-restore")
	mustDo(t, m, alice, `{"suffix":"dev.example.com"}`, "suffix-remove")
	if mustDo(t, m, alice, `{"suffix":"dev.example.com"}`, "suffix-remove").Changed {
		t.Error("removed twice")
	}
	if after := snapshot(t, m); after != before {
		t.Errorf("left behind: %s", after)
	}
}

func TestRefusesSuffixesThatStrangersHaveNamesBelow(t *testing.T) {
	for _, suffix := range []string{
		"com", "de", "dev", "app", "io", "onion", "arpa", "co.uk", "com.au", "ac.jp", "gov.uk", "tokyo.jp", "anything.ck",
		"github.io", "io.github.io.", "vercel.app", "amazonaws.com", "s3.amazonaws.com", "me.s3.eu-west-1.amazonaws.com", "windows.net", "k12.ca.us", "nip.io",
		"duckdns.org", "in-addr.arpa", "1", "10.0.0.1", "Dev.example.com", "*.example.com", ".example.com", "", "a b.com",
		"example.com\n", "example.123", "core.windows.net",
	} {
		if checkSuffix(suffix) == nil {
			t.Errorf("allowed %q", suffix)
		}
	}
	for _, suffix := range []string{
		"test", "internal", "home", "corp", "lan", "example", "home.arpa", "dev.example.com", "example.com", "example.de",
		"dev.example.co.uk", "example.co.uk", "me.github.io", "shop.internal",
	} {
		if err := checkSuffix(suffix); err != nil {
			t.Errorf("refused %q: %v", suffix, err)
		}
	}
}

func TestBuiltInSuffixesStay(t *testing.T) {
	m := testMachine(t)
	if mustDo(t, m, alice, `{"suffix":"test"}`, "suffix-add").Changed {
		t.Error("added a built-in suffix")
	}
	if ask(m, alice, `{"suffix":"test"}`, "suffix-remove").Code != codeSuffix {
		t.Error("removed a built-in suffix")
	}
}

func TestTheListMayBeEditedByHandButNotToAnything(t *testing.T) {
	m := testMachine(t)
	mustDo(t, m, alice, `{"suffix":"dev.example.com"}`, "suffix-add")
	write(t, m.suffixes, "# ours\n\n  dev.example.org  # the shop\n")
	mustDo(t, m, alice, namesInput("a.dev.example.org"), "hosts-apply")
	write(t, m.suffixes, "dev.example.org\ncom\n")
	answer := ask(m, alice, namesInput("a.test"), "hosts-apply")
	if answer.Code != codeMalformed || !strings.Contains(answer.Message, "Line 2 of ") {
		t.Errorf("%+v", answer)
	}
}

func TestTheListIsBounded(t *testing.T) {
	m := testMachine(t)
	for i := 0; i < maxSuffixes; i++ {
		mustDo(t, m, alice, fmt.Sprintf(`{"suffix":"d%d.example.com"}`, i), "suffix-add")
	}
	if answer := ask(m, alice, `{"suffix":"one-more.example.com"}`, "suffix-add"); answer.Code != codeSuffix {
		t.Errorf("%+v", answer)
	}
}

func TestEveryEmbeddedRuleIsWellFormed(t *testing.T) {
	rules := readPublicSuffixes(publicSuffixText)
	for _, domain := range append(rules.whole, rules.domains...) {
		if !isDomain(domain) || !strings.Contains(domain, ".") {
			t.Errorf("domain %q", domain)
		}
	}
	for _, labels := range []map[string]bool{rules.secondLevel, rules.wildcard} {
		for name := range labels {
			if !label.MatchString(name) {
				t.Errorf("label %q", name)
			}
		}
	}
	if len(rules.domains) < 100 || len(rules.secondLevel) < 20 || len(rules.wildcard) < 5 || len(rules.whole) < 20 {
		t.Errorf("%d, %d, %d, %d", len(rules.domains), len(rules.secondLevel), len(rules.wildcard), len(rules.whole))
	}
}
