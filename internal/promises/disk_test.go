package promises

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"
)

// searchFile reports which marks stand in a file, whatever its size.
func searchFile(t *testing.T, path string, s *sought, marks *index) (searched int64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		return 0 // a socket, or gone meanwhile
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return search(f, 0, uint64(info.Size()), marks, func(m string, _ uint64) {
		t.Errorf("%s stands in %s", s.kinds[m], path)
	})
}

// P1: no plaintext on disk. The server runs all the while; strace would show
// less, since a mapping needs no call to be written.
func TestP1NoPlaintextOnDisk(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 3)
	s := state.Serve(t, nil, "--max-file", "2MiB")
	sent := handIn(t, s)

	// One upload stays open in the middle while everything is searched.
	body, size := rig.Form(dense(textMark, 5000), rig.Text(fileNameMark, dense(fileMark, 1<<20)))
	c, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.Copy(c, io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", size)), io.LimitReader(body, size-100))); err != nil {
		t.Fatal(err)
	}

	// What can be known of the client is looked for as well (P5).
	sent.add("something of the client", "User-Agent", "amana.onion", "WebKitForm")
	for _, key := range fileKeys(t, s.State) {
		sent.add(fileKey, string(key))
	}
	marks := sent.index()
	var searched int64
	for _, folder := range []string{s.Folder, s.Temp} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			marks.in([]byte(path), len(path), func(m string) { t.Errorf("%s is part of the name %s", sent.kinds[m], path) })
			searched += searchFile(t, path, sent, marks)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if searched < 10<<20 {
		t.Errorf("only %d bytes were searched: the testimonies are not there", searched)
	}
	// Files that are open, deleted ones too.
	open, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.Cmd.Process.Pid))
	if err != nil || len(open) < 5 {
		t.Fatalf("open files: %v, %v", open, err)
	}
	for _, fd := range open {
		searchFile(t, fd, sent, marks)
		if target, _ := os.Readlink(fd); strings.HasSuffix(target, " (deleted)") {
			t.Errorf("the server holds a deleted file: %s", target)
		}
	}
	temp, err := os.ReadDir(s.Temp)
	if err != nil || len(temp) != 0 {
		t.Errorf("the server left files in its temporary folder: %v, %v", temp, err)
	}
	log := []byte(s.Log.String())
	marks.in(log, len(log), func(m string) { t.Errorf("%s stands in the log", sent.kinds[m]) })
}
