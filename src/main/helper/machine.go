package main

import "time"

// layout is every place on the machine that this program touches. Nothing that a caller says changes it; the tests put
// one below a folder of their own.
type layout struct {
	// base is where paths begin: the folders from there on have to be the owner's.
	base string
	// owner is the user id that has to own what is trusted, and that nobody else may write to.
	owner int
	// hosts is the hosts file.
	hosts string
	// lineEnd is how lines of an empty hosts file end.
	lineEnd string
	// lock is the file that keeps two runs apart, in a folder of its own.
	lock string
	// state is the folder for what has to be remembered.
	state string
	// suffixes is the list of suffixes that the administrator allowed beside the built-in ones.
	suffixes string
	// anchors are the trust stores that this system may have, the first that is there is used.
	anchors []anchorStore
	// portDropIn is the file that sets the first unprivileged port at boot.
	portDropIn string
	// portStart is the kernel's first unprivileged port.
	portStart string
}

// anchorStore is a folder whose certificates a program of the system makes trusted.
type anchorStore struct {
	// name is what users call it.
	name string
	// evidence is a file or folder that only this family of systems has.
	evidence string
	// folder takes the certificates.
	folder string
	// added and removed are the commands to run after a change.
	added, removed []string
	// followers is a folder with programs that keep a copy of the store, and links that with what they are told of.
	followers, links string
}

// caller is on whose behalf something is done: a user id, or a SID on Windows.
type caller string

// machine is a layout with a clock.
type machine struct {
	layout
	now      func() time.Time
	patience time.Duration
}

func newMachine(places layout) *machine {
	return &machine{layout: places, now: time.Now, patience: 30 * time.Second}
}
