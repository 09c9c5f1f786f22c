package promises

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/carry"
	"amana/internal/keyfile"
	"amana/internal/rig"

	"filippo.io/age"
)

// change is a server whose reviewers change: roster 1 has A and B, roster 2 A and
// C. The files of the rotation are in a folder of their own, as on a stick.
type change struct {
	*rig.State
	t       *testing.T
	a, b, c *keyfile.Key
	stick   string
}

func newChange(t *testing.T) *change {
	t.Helper()
	c := &change{State: rig.NewState(t, rig.Erasing, 2), t: t, stick: t.TempDir()}
	c.a, c.b = c.Reviewers[0], c.Reviewers[1]
	var err error
	c.c, err = keyfile.NewReviewer("Reviewer C")
	must(t, err)
	must(t, rig.WriteKey(c.path("a.key"), c.a))
	must(t, rig.WriteKey(c.path("c.key"), c.c))
	c.Reviewers = []*keyfile.Key{c.a, c.c}
	two, err := c.Next(rig.Day(0), rig.Day(180))
	must(t, err)
	must(t, os.WriteFile(c.path("roster-2.txt"), two.Bytes(), 0o600))
	return c
}

func (c *change) path(name string) string { return filepath.Join(c.stick, name) }

// decrypt runs a command of amana-decrypt on the stick.
func (c *change) decrypt(args ...string) {
	c.t.Helper()
	command(c.t, c.stick, rig.Program(c.t, rig.Erasing, "amana-decrypt"), args...)
}

// with returns the server as another reviewer sees it, who opens with that key.
func (c *change) with(k *keyfile.Key) *rig.State {
	s := *c.State
	s.Identities = k.Identities
	return &s
}

// status is what a server says of itself.
type status struct {
	Testimonies int `json:"testimonies"`
	ToRotate    int `json:"to_rotate"`
	Waiting     int `json:"waiting"`
}

func statusOf(t *testing.T, s *rig.State) status {
	t.Helper()
	said := status{-1, -1, -1}
	must(t, json.Unmarshal([]byte(s.Run(t, "status", "--json")), &said))
	return said
}

// opensNothing fails the test if a key opens any testimony that is exported.
func (c *change) opensNothing(k *keyfile.Key) {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "bundle.tar")
	c.Run(c.t, "export", "-o", path)
	f, err := os.Open(path)
	must(c.t, err)
	defer f.Close()
	info, err := f.Stat()
	must(c.t, err)
	bundle, err := carry.OpenBundle(f, info.Size())
	must(c.t, err)
	if len(bundle.Manifest.Testimonies) == 0 {
		c.t.Error("nothing was exported: this proves nothing")
	}
	for i, e := range bundle.Manifest.Testimonies {
		_, err := age.Decrypt(io.NewSectionReader(bundle.Testimony(i), 0, e.Size()), k.Identities[0])
		if none := (*age.NoIdentityMatchError)(nil); !errors.As(err, &none) {
			c.t.Errorf("testimony %s with the key of %s: %v", e.ID, k.Name, err)
		}
	}
}

// headers returns what is in a file of headers.
func (c *change) headers(name string) (m *carry.PartsManifest, all []carry.HeaderEntry) {
	c.t.Helper()
	data, err := os.ReadFile(c.path(name))
	must(c.t, err)
	in, err := carry.ReadParts(bytes.NewReader(data), int64(len(data)))
	must(c.t, err)
	for {
		part, err := in.Next()
		if err == io.EOF {
			return in.Manifest(), all
		}
		must(c.t, err)
		for e, err := range carry.ParseHeaders(part) {
			must(c.t, err)
			all = append(all, e)
		}
	}
}

// piece is so much of a stanza as cannot be there by chance.
type piece [16]byte

// traces is what of old headers is looked for, and found.
type traces struct {
	old    []carry.HeaderEntry
	pieces map[piece]int // which of the headers it is of
	first  [1 << 24 / 8]byte
	key    *age.HybridIdentity

	searched int64
	headers  map[int]bool // of which a piece was found
	stanzas  int          // stanzas of any header
	opened   int          // those that the key opens
}

// newTraces takes pieces of 16 characters from every 48 of what is secret in a
// stanza, so that whatever has 64 characters of it in a row has one of them.
func newTraces(t *testing.T, old []carry.HeaderEntry, key *age.HybridIdentity) *traces {
	t.Helper()
	f := &traces{old: old, pieces: make(map[piece]int), key: key}
	for i, e := range old {
		stanzas, err := carry.Stanzas(e.Header)
		must(t, err)
		for _, s := range stanzas {
			for _, text := range []string{s.Args[0], base64.RawStdEncoding.EncodeToString(s.Body)} {
				for at := 0; at+len(piece{}) <= len(text); at += 48 {
					f.pieces[piece([]byte(text[at:at+16]))] = i
					n := uint(text[at])<<16 | uint(text[at+1])<<8 | uint(text[at+2])
					f.first[n/8] |= 1 << (n % 8)
				}
			}
		}
	}
	return f
}

// look searches every byte of every file of a folder, whatever the files say of
// what they hold.
func (f *traces) look(t *testing.T, folder string) {
	t.Helper()
	f.searched, f.stanzas, f.opened, f.headers = 0, 0, 0, make(map[int]bool)
	must(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server runs
		}
		f.searched += int64(len(data))
		// The vault's files are mostly holes: what lies between is looked at.
		from := 0
		for at := 0; at < len(data); at += len(zeroPage) {
			if next := data[at:min(len(data), at+len(zeroPage))]; bytes.Equal(next, zeroPage[:len(next)]) {
				f.lookIn(data[from:at])
				from = at + len(next)
			}
		}
		f.lookIn(data[from:])
		return err
	}))
}

var zeroPage [4096]byte

func (f *traces) lookIn(data []byte) {
	for at := 0; at+len(piece{}) <= len(data); at++ {
		n := uint(data[at])<<16 | uint(data[at+1])<<8 | uint(data[at+2])
		if f.first[n/8]&(1<<(n%8)) == 0 {
			continue
		}
		if i, ok := f.pieces[piece(data[at:at+16])]; ok {
			f.headers[i] = true
		}
	}
	for rest := data; ; {
		_, after, found := bytes.Cut(rest, []byte("-> mlkem768x25519 "))
		if !found {
			return
		}
		rest = after
		arg, after, _ := bytes.Cut(after[:min(len(after), 4096)], []byte("\n"))
		text, _, _ := bytes.Cut(after, []byte("\n"))
		body, err := base64.RawStdEncoding.DecodeString(string(text))
		if err != nil {
			continue
		}
		f.stanzas++
		if _, err := f.key.Unwrap([]*age.Stanza{{Type: "mlkem768x25519", Args: []string{string(arg)}, Body: body}}); err == nil {
			f.opened++
		}
	}
}

// all fails the test unless every old header was found.
func (f *traces) all(t *testing.T, when string) {
	t.Helper()
	if len(f.headers) != len(f.old) || f.opened < len(f.old) {
		t.Errorf("%s: pieces of %d of %d headers are found, and the key opens %d: the search proves nothing", when, len(f.headers), len(f.old), f.opened)
	}
}

// nothing fails the test if anything of the old headers was found.
func (f *traces) nothing(t *testing.T, when string) {
	t.Helper()
	t.Logf("%s: %d bytes and %d stanzas searched", when, f.searched, f.stanzas)
	if len(f.headers) > 0 || f.opened > 0 {
		t.Errorf("%s: pieces of %d old headers are on the disk, and the retired key opens %d stanzas", when, len(f.headers), f.opened)
	}
	if f.searched < 1<<20 || f.stanzas < len(f.old) {
		t.Errorf("%s: only %d bytes and %d stanzas were searched", when, f.searched, f.stanzas)
	}
}

// After a rotation, made with the built programs while sources go on posting, the
// key of a reviewer who left opens nothing that is on the server: no header, and
// no piece of one in a page that is free or a file that is deleted. The new one's
// key opens everything, byte for byte.
func TestRetiredKeyOpensNothingAfterRotation(t *testing.T) {
	t.Parallel()
	c := newChange(t)
	server := c.Serve(t, nil)
	book := rig.NewLedger()
	for i := range 40 {
		book.Post(c.State, fmt.Sprintf("شهادة %d", i), []int{20_000 * i, 3000}[:i%3]...)
	}
	// Posts that have begun hold the lock, so that their end can be waited for.
	var posting sync.RWMutex
	var sources sync.WaitGroup
	stop := make(chan struct{})
	for source := range 2 {
		sources.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
				}
				posting.RLock()
				book.Post(c.State, fmt.Sprintf("meanwhile %d-%d", source, i), []int{1000}[:i%2]...)
				posting.RUnlock()
			}
		})
	}
	c.Run(t, "import", c.path("roster-2.txt"))
	func() { // what began under the roster before is through
		posting.Lock()
		defer posting.Unlock()
	}()
	c.Run(t, "export", "--headers", "-o", c.path("headers.tar"))
	_, old := c.headers("headers.tar")
	if len(old) < 40 {
		t.Fatalf("only %d testimonies are to be rotated", len(old))
	}
	traces := newTraces(t, old, c.b.Identities[0])
	traces.look(t, c.Folder)
	traces.all(t, "before")
	c.decrypt("rewrap", "headers.tar", "-i", "a.key", "--roster", "roster-2.txt", "-o", "slips.tar", "--yes")
	c.Run(t, "import", c.path("slips.tar"))
	c.Run(t, "export", "--headers", "-o", c.path("again.tar"))
	c.decrypt("confirm", "again.tar", "-i", "c.key", "-o", "confirmation.tar")
	traces.look(t, c.Folder)
	traces.all(t, "before the confirmation")
	c.Run(t, "import", c.path("confirmation.tar"))

	traces.look(t, c.Folder)
	traces.nothing(t, "after the confirmation")
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", server.Cmd.Process.Pid))
	if err != nil || len(fds) < 5 {
		t.Fatalf("open files: %v, %v", fds, err)
	}
	for _, fd := range fds {
		if target, _ := os.Readlink(fd); strings.HasSuffix(target, " (deleted)") {
			t.Errorf("the server holds a deleted file: %s", target)
		}
	}
	close(stop)
	sources.Wait()
	if status := statusOf(t, c.State); status.ToRotate != 0 || status.Waiting != 0 || status.Testimonies <= len(old) {
		t.Errorf("status after a rotation of %d: %+v", len(old), status)
	}
	for _, when := range []string{"running", "restarted", "stopped"} {
		settle(t, book, c.with(c.c))
		c.opensNothing(c.b)
		traces.look(t, c.Folder)
		traces.nothing(t, when)
		switch when {
		case "running":
			server.Stop(t)
			server = c.Serve(t, nil)
		case "restarted":
			server.Stop(t)
		}
	}
	settle(t, book, c.with(c.a))
}
