package main

import (
	"os"
	"strings"
	"testing"
)

func TestPortsStayOpenUntilTheLastUserClosesThem(t *testing.T) {
	m := testMachine(t)
	before := snapshot(t, m)
	if !mustDo(t, m, alice, "{}", "ports-enable").Changed || !strings.HasPrefix(read(t, m.portStart), "80\n") {
		t.Errorf("value %q", read(t, m.portStart))
	}
	if read(t, m.portDropIn) != string(portDropIn) {
		t.Error("not set for the next start")
	}
	// The kernel takes a number as a whole, a file keeps what was behind it.
	write(t, m.portStart, "80\n")
	mustDo(t, m, bob, "{}", "ports-enable")
	mustDo(t, m, alice, "{}", "ports-disable")
	if read(t, m.portStart) != "80\n" {
		t.Error("closed while another user needs them")
	}
	mustDo(t, m, bob, "{}", "ports-disable")
	if after := snapshot(t, m); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if mustDo(t, m, bob, "{}", "ports-disable").Changed {
		t.Error("closed twice")
	}
}

func TestWhatTheAdministratorSetIsLeftAlone(t *testing.T) {
	m := testMachine(t)
	write(t, m.portStart, "0\n")
	before := snapshot(t, m)
	if mustDo(t, m, alice, "{}", "ports-enable").Changed || snapshot(t, m) != before {
		t.Error("changed something though the ports are open")
	}
	write(t, m.portStart, "1024\n")
	mustDo(t, m, alice, "{}", "ports-enable")
	write(t, m.portStart, "443\n")
	mustDo(t, m, alice, "{}", "ports-disable")
	if read(t, m.portStart) != "443\n" {
		t.Error("overwrote a later setting")
	}
}

func TestAFileOfSomebodyElsesIsNotOverwritten(t *testing.T) {
	m := testMachine(t)
	write(t, m.portDropIn, "net.ipv4.ip_unprivileged_port_start = 1\n")
	before := snapshot(t, m)
	if answer := ask(m, alice, "{}", "ports-enable"); answer.Code != codeMalformed {
		t.Errorf("%+v", answer)
	}
	if snapshot(t, m) != before {
		t.Error("something was changed")
	}
}

func TestAnEnableThatFailedIsForgotten(t *testing.T) {
	m := testMachine(t)
	if os.Getuid() == 0 {
		t.Skip("root may write every file")
	}
	if err := os.Chmod(m.portStart, 0o444); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, m)
	if answer := ask(m, alice, "{}", "ports-enable"); answer.Code != codeNotPermitted {
		t.Errorf("%+v", answer)
	}
	if snapshot(t, m) != before {
		t.Error("something is left")
	}
}
