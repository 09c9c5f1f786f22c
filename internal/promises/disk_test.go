package promises

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"
)

// searchFile reports which markers stand in a file, whatever its size.
func searchFile(t *testing.T, path string, markers [][]byte) (searched int64) {
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
	return search(f, 0, uint64(info.Size()), markers, func(m []byte, at uint64) {
		t.Errorf("%q stands in %s", m, path)
	})
}

// P1: no plaintext on disk. The server runs all the while; strace would show
// less, since a mapping needs no call to be written.
func TestP1NoPlaintextOnDisk(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 3)
	s := state.Serve(t, nil, "--max-file", "2MiB")
	handIn(t, s)

	// One upload stays open in the middle while everything is searched.
	body, size := rig.Form(dense(textMarker, 5000), rig.Text(string(nameMarker), dense(fileMarker, 1<<20)))
	c, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.Copy(c, io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", size)), io.LimitReader(body, size-100))); err != nil {
		t.Fatal(err)
	}

	// What can be known of the client is looked for as well (P5).
	markers := append([][]byte{[]byte("User-Agent"), []byte("amana.onion"), []byte("WebKitForm")}, allMarkers...)
	var searched int64
	for _, folder := range []string{s.Folder, s.Temp} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			for _, m := range markers {
				if strings.Contains(path, string(m)) {
					t.Errorf("%q is part of the name %s", m, path)
				}
			}
			searched += searchFile(t, path, markers)
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
		searchFile(t, fd, markers)
		if target, _ := os.Readlink(fd); strings.HasSuffix(target, " (deleted)") {
			t.Errorf("the server holds a deleted file: %s", target)
		}
	}
	temp, err := os.ReadDir(s.Temp)
	if err != nil || len(temp) != 0 {
		t.Errorf("the server left files in its temporary folder: %v, %v", temp, err)
	}
	log := []byte(s.Log.String())
	for _, m := range markers {
		if bytes.Contains(log, m) {
			t.Errorf("%q stands in the log", m)
		}
	}
}

// P5: nothing about the source is kept. Testimonies of the same class by very
// different sources leave records that differ in nothing but what is random.
func TestP5NothingAboutTheSourceIsKept(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 2)
	s := state.Serve(t, nil)
	for i, narrative := range []string{"a", strings.Repeat("ب", 20_000)} {
		body, size := rig.Form(narrative, []rig.File{rig.Text("one.pdf", "1")}[:i]...)
		head := rig.Head([]string{"/ar/testimony", "/en/testimony"}[i], size)
		head = strings.Replace(head, "User-Agent: test", "User-Agent: "+strings.Repeat("Mozilla ", 20*i+1)+"\r\nAccept-Language: ar-SY\r\nX-Forwarded-For: 192.0.2.7", 1)
		status, _, err := s.Send(io.MultiReader(strings.NewReader(head), body))
		if err != nil || status != 200 {
			t.Fatalf("status %d, %v", status, err)
		}
	}
	log := s.Log.String()
	s.Stop(t)
	if want := "serving on unix:" + s.Socket + "\n"; log != want {
		t.Errorf("the log holds more than %q:\n%s", want, log)
	}
	kept := keptIn(t, s.Folder)
	if len(kept) != 2 {
		t.Fatalf("%d records", len(kept))
	}
	// What may differ: id, header and hash are random. All else must be equal.
	if kept[0] != kept[1] {
		t.Errorf("records differ in more than what is random:\n%+v\n%+v", kept[0], kept[1])
	}
}
