package main

import (
	"crypto/elliptic"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func certificateInput(t *testing.T) (input, text string) {
	t.Helper()
	text = sign(t, rootTemplate(), nil, newKey(t, elliptic.P256()), nil)
	encoded, err := json.Marshal(map[string]string{"certificate": text})
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded), text
}

func trustMachine(t *testing.T) (m *machine, bundle, updates string) {
	m = testMachine(t)
	m.now = fixedTime
	return m, filepath.Join(m.base, "etc/bundle"), filepath.Join(m.base, "etc/updates")
}

func TestInstallsAndRemovesAnAuthority(t *testing.T) {
	m, bundle, updates := trustMachine(t)
	input, text := certificateInput(t)
	installed := mustDo(t, m, alice, input, "trust-install")
	file := filepath.Join(m.anchors[0].folder, "gotunnel-1000-"+installed.Fingerprint[:16]+".crt")
	if !installed.Changed || read(t, file) != text || read(t, bundle) != text {
		t.Errorf("%+v", installed)
	}
	if mustDo(t, m, alice, input, "trust-install").Changed || read(t, updates) != "added\n" {
		t.Error("installed twice")
	}
	remove := `{"fingerprint":"` + installed.Fingerprint + `"}`
	if mustDo(t, m, bob, remove, "trust-remove").Changed || read(t, bundle) != text {
		t.Error("another user removed it")
	}
	if !mustDo(t, m, alice, remove, "trust-remove").Changed || read(t, bundle) != "" || read(t, updates) != "added\nremoved\n" {
		t.Error("not removed")
	}
	for _, path := range []string{file, m.state} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is left", path)
		}
	}
}

func TestThoseWhoCopyTheStoreAreToldOfARemovalBeforeTheFileGoes(t *testing.T) {
	m, _, _ := trustMachine(t)
	heard := filepath.Join(m.base, "etc/heard")
	m.anchors[0].followers = filepath.Join(m.base, "etc/update.d")
	m.anchors[0].links = "/etc/ssl/certs"
	if err := os.Mkdir(m.anchors[0].followers, 0o755); err != nil {
		t.Fatal(err)
	}
	follower := filepath.Join(m.anchors[0].followers, "java")
	write(t, follower, "#!/bin/sh\nls "+m.anchors[0].folder+" >"+heard+"\ncat >>"+heard+"\n")
	write(t, filepath.Join(m.anchors[0].followers, "README"), "not a program")
	if err := os.Chmod(follower, 0o755); err != nil {
		t.Fatal(err)
	}
	input, _ := certificateInput(t)
	installed := mustDo(t, m, alice, input, "trust-install")
	remove := `{"fingerprint":"` + installed.Fingerprint + `"}`
	name := "gotunnel-1000-" + installed.Fingerprint[:16]
	mustDo(t, m, alice, remove, "trust-remove")
	if want := name + ".crt\n-/etc/ssl/certs/" + name + ".pem\n"; read(t, heard) != want {
		t.Errorf("%q", read(t, heard))
	}
	mustDo(t, m, alice, input, "trust-install")
	write(t, follower, "#!/bin/sh\nexit 1\n")
	if answer := ask(m, alice, remove, "trust-remove"); answer.Code != codeCommand {
		t.Errorf("%+v", answer)
	}
	if _, err := os.Stat(filepath.Join(m.anchors[0].folder, name+".crt")); err != nil {
		t.Error("removed though a copy stays")
	}
}

func TestAFailedUpdateTrustsNothing(t *testing.T) {
	m, bundle, _ := trustMachine(t)
	command := m.anchors[0].added[0]
	working := read(t, command)
	write(t, command, "#!/bin/sh\necho first\necho 'no space \033[31mleft'\nexit 3\n")
	input, text := certificateInput(t)
	answer := ask(m, alice, input, "trust-install")
	if answer.Code != codeCommand || answer.exit != exitFailed || !strings.Contains(answer.Message, "no space") ||
		strings.Contains(answer.Message, "\033") {
		t.Errorf("%+v", answer)
	}
	if left, _ := os.ReadDir(m.anchors[0].folder); len(left) != 0 {
		t.Errorf("left %v", left)
	}
	write(t, command, working)
	mustDo(t, m, alice, input, "trust-install")
	if read(t, bundle) != text {
		t.Error("the second try did not help")
	}
}

// A run that was ended between the file and the bundle is completed by the next.
func TestTheNextRunMakesTheBundleAnew(t *testing.T) {
	m, bundle, _ := trustMachine(t)
	input, text := certificateInput(t)
	mustDo(t, m, alice, input, "trust-install")
	write(t, bundle, "old")
	if err := m.beginUpdate(); err != nil {
		t.Fatal(err)
	}
	mustDo(t, m, alice, input, "trust-install")
	if read(t, bundle) != text {
		t.Error("the bundle is the old one")
	}
}

// The program appends to the draft that an ended run of it left.
func TestABundleThatAnEndedRunBeganIsMadeOnceMore(t *testing.T) {
	m, _, updates := trustMachine(t)
	draft := filepath.Join(m.base, bundleDraft)
	if err := os.MkdirAll(filepath.Dir(draft), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, draft, "half a bundle")
	input, _ := certificateInput(t)
	mustDo(t, m, alice, input, "trust-install")
	if read(t, updates) != "added\nadded\n" {
		t.Errorf("%q", read(t, updates))
	}
}

func TestRemovesNoFileThatHoldsAnotherCertificate(t *testing.T) {
	m, _, _ := trustMachine(t)
	input, _ := certificateInput(t)
	installed := mustDo(t, m, alice, input, "trust-install")
	file := filepath.Join(m.anchors[0].folder, authorityFile(alice, installed.Fingerprint))
	_, other := certificateInput(t)
	write(t, file, other)
	if answer := ask(m, alice, `{"fingerprint":"`+installed.Fingerprint+`"}`, "trust-remove"); answer.Code != codeMalformed {
		t.Errorf("%+v", answer)
	}
	if read(t, file) != other {
		t.Error("removed all the same")
	}
}

func TestCommandsGetNothingOfTheCallersVariables(t *testing.T) {
	m, _, _ := trustMachine(t)
	t.Setenv("LD_PRELOAD_OF_THE_CALLER", "x")
	write(t, m.anchors[0].added[0], "#!/bin/sh\nexport -p >"+filepath.Join(m.base, "etc/variables")+"\npwd >>"+
		filepath.Join(m.base, "etc/variables")+"\n")
	input, _ := certificateInput(t)
	mustDo(t, m, alice, input, "trust-install")
	text := read(t, filepath.Join(m.base, "etc/variables"))
	if strings.Contains(text, "CALLER") || !strings.Contains(text, "PATH='/usr/sbin:/usr/bin:/sbin:/bin'") || !strings.HasSuffix(text, "\n/\n") {
		t.Error(text)
	}
}

func TestASystemWithoutATrustStoreIsSaid(t *testing.T) {
	m, _, _ := trustMachine(t)
	m.anchors = nil
	input, _ := certificateInput(t)
	if answer := ask(m, alice, input, "trust-install"); answer.Code != codeUnsupported {
		t.Errorf("%+v", answer)
	}
}
