package main

import "io/fs"

const noFollow = 0

// unsafety sees nothing here: the folders below System32 and Program Files carry access control lists of their own.
func unsafety(fs.FileInfo, int) string {
	return ""
}

// syncFolder has nothing to do: NTFS journals names by itself.
func syncFolder(string) error {
	return nil
}
