package rig

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/testimony"

	"filippo.io/age"
)

// Opened is one testimony as the reviewer gets it.
type Opened struct {
	testimony.Testimony
	Content []string // of the files, in order
}

// Export writes a bundle with amana-intake and opens what is in it with
// archive/tar, age and archive/zip alone, so that no code of ours vouches for
// ours. It is for testimonies that fit into memory.
func (s *State) Export(t testing.TB) []Opened {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle.tar")
	s.Run(t, "export", "-o", path)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []Opened
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("read bundle: %v", err)
		}
		if !strings.HasSuffix(h.Name, ".age") {
			continue
		}
		o, err := open(r, s.Identities[0])
		if err != nil {
			t.Fatalf("open %s: %v", h.Name, err)
		}
		all = append(all, o)
	}
}

func open(sealed io.Reader, id age.Identity) (o Opened, err error) {
	r, err := age.Decrypt(sealed, id)
	if err != nil {
		return o, err
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return o, err
	}
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		return o, err
	}
	read := func(name string) (data []byte) {
		f, e := z.Open(name)
		if e == nil {
			data, e = io.ReadAll(f)
		}
		if e != nil && err == nil {
			err = fmt.Errorf("%s: %w", name, e)
		}
		return data
	}
	document := read(testimony.TestimonyName)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(document, &o.Testimony); err != nil {
		return o, err
	}
	for _, f := range o.Files {
		o.Content = append(o.Content, string(read(f.Entry)))
	}
	return o, err
}
