package main

import "io"

// source is where a request comes from and its answer goes to.
type source struct {
	in  io.Reader
	out io.Writer
	// who finds out for whom it is, once it has been read.
	who func() (caller, error)
}
