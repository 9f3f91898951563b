package main

import "os"

// swap lets the first file take the place of the second.
func swap(first, second string) (swapped bool, err error) {
	return false, os.Rename(first, second)
}

// awaitWriters is asked for only where files can be swapped.
func awaitWriters(string) {}

// keepOthersOut cannot be done here.
func keepOthersOut(*os.File) (release func()) {
	return func() {}
}

// copyAttributes leaves extended attributes behind: nothing reads those of the hosts file.
func copyAttributes(_, _ *os.File) error {
	return nil
}
