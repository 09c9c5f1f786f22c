package bolt

import "golang.org/x/sys/unix"

// readOnly says whether the file system of dir takes no writing.
func readOnly(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && st.Flags&unix.ST_RDONLY != 0
}
