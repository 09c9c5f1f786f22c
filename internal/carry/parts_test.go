package carry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// The key of a reviewer in these tests. It signs nothing else.
const (
	reviewerSkey = "PRIVATE+KEY+amana-reviewer+336e45ac+AUnhg3nE1Fys2h81wTKelQ16tNsFej75dfIaNswVtarG"
	reviewerVkey = "amana-reviewer+336e45ac+AVq/uBIi81GfrVAqRzqVu97vxV6cQZ42MoVyJY7YwElL"
)

var kinds = []Kind{Headers, Slips, Confirmation, Acknowledgement, Replies}

// file is a file of parts for a test.
type file struct {
	manifest PartsManifest
	skey     string
	parts    [][]byte
	bytes    []byte
}

// id returns the id of entry n.
func id(n int) (id [16]byte) { id[0], id[15] = byte(n>>8), byte(n); return id }

// partOf makes a part of the given kind with n entries, the first of number from.
func partOf(kind Kind, from, n int) (part []byte) {
	for i := from; i < from+n; i++ {
		header := bytes.Repeat([]byte{byte(i)}, 100+i)
		switch kind {
		case Headers:
			e := HeaderEntry{ID: id(i), Sealed: 1, Epoch: 2, Header: header}
			if i%2 == 1 {
				e.NextEpoch, e.Next = 3, header[:50]
			}
			part = AppendHeaderEntry(part, e)
		case Slips:
			part = AppendSlipEntry(part, SlipEntry{ID: id(i), Replaces: sha256.Sum256(header), Header: header})
		case Confirmation:
			part = AppendConfirmedEntry(part, ConfirmedEntry{ID: id(i), Replaces: sha256.Sum256(header[:60]), Header: sha256.Sum256(header)})
		case Acknowledgement:
			part = AppendAcknowledgedEntry(part, AcknowledgedEntry{ID: id(i), Payload: sha256.Sum256(header)})
		case Replies:
			part = AppendReplyEntry(part, ReplyEntry{ID: id(i), Mailbox: id(1000 + i), Sealed: header})
		}
	}
	return part
}

// makeFile writes a file whose parts have the given numbers of entries.
func makeFile(t testing.TB, kind Kind, entries ...int) *file {
	t.Helper()
	f := &file{manifest: PartsManifest{Kind: kind, Made: "2026-11-22", Epoch: 3, RosterSum: sha256.Sum256([]byte("roster"))}}
	f.skey, f.manifest.Signer = reviewerSkey, reviewerVkey
	if kind == Headers {
		f.skey, f.manifest.Signer = seedKey, seedVkey
		f.manifest.Rosters = []List{{1, []byte("amana roster 1\nepoch 1\n")}, {3, []byte("amana roster 1\nepoch 3\n")}}
	}
	from := 1
	for _, n := range entries {
		f.parts = append(f.parts, partOf(kind, from, n))
		from += n
	}
	if err := f.write(); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *file) write() error {
	f.manifest.Parts = make([]Part, len(f.parts))
	return f.writeWith(context.Background(), func(i int) ([]byte, error) { return f.parts[i], nil })
}

func (f *file) writeWith(ctx context.Context, part func(int) ([]byte, error)) error {
	signer, err := note.NewSigner(f.skey)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	err = WriteParts(ctx, &out, &f.manifest, signer, part)
	f.bytes = out.Bytes()
	return err
}

// readParts reads a file to its end.
func readParts(r io.Reader, size int64) (*PartsManifest, [][]byte, error) {
	p, err := ReadParts(r, size)
	if err != nil {
		return nil, nil, err
	}
	var parts [][]byte
	for {
		part, err := p.Next()
		if err == io.EOF {
			return p.Manifest(), parts, nil
		}
		if err != nil {
			if _, again := p.Next(); again != err {
				return p.Manifest(), parts, fmt.Errorf("after %w it goes on with %w", err, again)
			}
			return p.Manifest(), parts, err
		}
		parts = append(parts, part)
	}
}

func TestPartsRoundTrip(t *testing.T) {
	for _, kind := range kinds {
		for _, entries := range [][]int{nil, {1}, {2, 1, 3}} {
			f := makeFile(t, kind, entries...)
			for _, size := range []int64{-1, int64(len(f.bytes))} {
				m, parts, err := readParts(iotest.HalfReader(bytes.NewReader(f.bytes)), size)
				if err != nil {
					t.Fatalf("%s of %v: %v", kind, entries, err)
				}
				if len(entries) == 0 {
					m.Parts = []Part{}
				}
				if !reflect.DeepEqual(*m, f.manifest) {
					t.Errorf("%s of %v: manifest\n%+v, want\n%+v", kind, entries, *m, f.manifest)
				}
				if !reflect.DeepEqual(parts, f.parts) {
					t.Errorf("%s of %v: the parts are others", kind, entries)
				}
			}
		}
	}
}

// What is appended is what is parsed, to the last field.
func TestEntries(t *testing.T) {
	headers := []HeaderEntry{
		{ID: id(1), Sealed: 1, Epoch: 1, Header: []byte("h")},
		{ID: id(2), Sealed: 1, Epoch: 2, Header: bytes.Repeat([]byte("h"), maxHeader), NextEpoch: 1 << 31, Next: bytes.Repeat([]byte("n"), maxHeader)},
	}
	slips := []SlipEntry{{ID: id(1), Replaces: [32]byte{1}, Header: []byte("h")}, {ID: id(2), Replaces: [32]byte{2}, Header: bytes.Repeat([]byte("h"), maxHeader)}}
	confirmed := []ConfirmedEntry{{ID: id(1), Replaces: [32]byte{3}, Header: [32]byte{1}}, {ID: id(2), Replaces: [32]byte{4}, Header: [32]byte{2}}}
	var h, s, c []byte
	for i := range 2 {
		h, s, c = AppendHeaderEntry(h, headers[i]), AppendSlipEntry(s, slips[i]), AppendConfirmedEntry(c, confirmed[i])
	}
	if len(h) > MaxPart {
		t.Errorf("the largest entries do not fit into a part")
	}
	n := 0
	for e, err := range ParseHeaders(h) {
		if err != nil || !reflect.DeepEqual(e, headers[n]) {
			t.Errorf("headers: entry %d came back different (%v)", n, err)
		}
		n++
	}
	for e, err := range ParseSlips(s) {
		if err != nil || !reflect.DeepEqual(e, slips[n-2]) {
			t.Errorf("slips: entry %d came back different (%v)", n-2, err)
		}
		n++
	}
	for e, err := range ParseConfirmed(c) {
		if err != nil || e != confirmed[n-4] {
			t.Errorf("confirmation: entry %d came back different (%v)", n-4, err)
		}
		n++
	}
	if n != 6 {
		t.Errorf("%d entries came back, want 6", n)
	}
	acknowledged := []AcknowledgedEntry{{ID: id(1), Payload: [32]byte{5}}, {ID: id(2), Payload: [32]byte{6}}}
	replies := []ReplyEntry{{ID: id(1), Mailbox: id(3), Sealed: []byte("r")}, {ID: id(2), Mailbox: id(4), Sealed: bytes.Repeat([]byte("r"), MaxReply)}}
	var a, r []byte
	for i := range 2 {
		a, r = AppendAcknowledgedEntry(a, acknowledged[i]), AppendReplyEntry(r, replies[i])
	}
	n = 0
	for e, err := range ParseAcknowledged(a) {
		if err != nil || e != acknowledged[n] {
			t.Errorf("acknowledgement: entry %d came back different (%v)", n, err)
		}
		n++
	}
	for e, err := range ParseReplies(r) {
		if err != nil || !reflect.DeepEqual(e, replies[n-2]) {
			t.Errorf("replies: entry %d came back different (%v)", n-2, err)
		}
		n++
	}
	if n != 4 {
		t.Errorf("%d entries came back, want 4", n)
	}
	for range ParseSlips(s) { // stopping in the middle is allowed
		break
	}
}

// Entries that are not in their one spelling are refused.
func TestWrongEntries(t *testing.T) {
	header := func(e HeaderEntry) []byte { return AppendHeaderEntry(nil, e) }
	for name, c := range map[string]struct {
		kind Kind
		part []byte
	}{
		"no header":       {Headers, header(HeaderEntry{Sealed: 1, Epoch: 1})},
		"huge header":     {Headers, header(HeaderEntry{Header: make([]byte, maxHeader+1)})},
		"huge next":       {Headers, header(HeaderEntry{Header: []byte("h"), NextEpoch: 2, Next: make([]byte, maxHeader+1)})},
		"next without":    {Headers, header(HeaderEntry{Header: []byte("h"), NextEpoch: 2})},
		"next of none":    {Headers, header(HeaderEntry{Header: []byte("h"), Next: []byte("n")})},
		"no slip":         {Slips, AppendSlipEntry(nil, SlipEntry{})},
		"huge slip":       {Slips, AppendSlipEntry(nil, SlipEntry{Header: make([]byte, maxHeader+1)})},
		"size":            {Slips, append(make([]byte, 48), 0xff, 0xff, 0xff, 0xff)},
		"cut confirmed":   {Confirmation, make([]byte, 47)},
		"other kind":      {Slips, partOf(Headers, 1, 2)},
		"another kind":    {Headers, partOf(Slips, 1, 2)},
		"rest":            {Confirmation, make([]byte, 97)},
		"no reply":        {Replies, AppendReplyEntry(nil, ReplyEntry{})},
		"huge reply":      {Replies, AppendReplyEntry(nil, ReplyEntry{Sealed: make([]byte, MaxReply+1)})},
		"reply size":      {Replies, append(make([]byte, 32), 0xff, 0xff, 0xff, 0xff)},
		"cut reply":       {Replies, partOf(Replies, 1, 2)[:200]},
		"replies as ids":  {Acknowledgement, partOf(Replies, 1, 2)},
		"cut received":    {Acknowledgement, make([]byte, 47)},
		"headers cut off": {Headers, partOf(Headers, 1, 2)[:200]},
	} {
		if n, err := count(c.kind, c.part); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %d entries, %v", name, n, err)
		}
		f := makeFile(t, c.kind, 1)
		f.parts[0] = c.part
		if err := f.write(); err == nil || len(f.bytes) > 0 {
			t.Errorf("%s: it is written: %v", name, err)
		}
	}
	for n := range partOf(Headers, 1, 1) {
		if _, err := count(Headers, partOf(Headers, 1, 1)[:n]); n > 0 && err == nil {
			t.Errorf("an entry cut off at %d passes", n)
		}
	}
}

// A file that its parts do not fit, or that has no place for them, is not begun.
func TestWritePartsRefuses(t *testing.T) {
	for name, change := range map[string]func(*file){
		"day":             func(f *file) { f.manifest.Made = "22 November" },
		"epoch":           func(f *file) { f.manifest.Epoch = 0 },
		"kind":            func(f *file) { f.manifest.Kind = "orders" },
		"no rosters":      func(f *file) { f.manifest.Rosters = nil },
		"another roster":  func(f *file) { f.manifest.Epoch = 4 },
		"rosters order":   func(f *file) { r := f.manifest.Rosters; r[0], r[1] = r[1], r[0] },
		"large chain":     func(f *file) { f.manifest.Rosters = rosters(roster.MaxChainBytes/roster.MaxSize+1, roster.MaxSize) },
		"rosters":         func(f *file) { f.manifest.Kind = Slips },
		"replies":         func(f *file) { f.manifest.Kind = Replies },
		"acknowledgement": func(f *file) { f.manifest.Kind = Acknowledgement },
		"reviewer":        func(f *file) { f.skey, f.manifest.Signer = reviewerSkey, reviewerVkey },
		"another key":     func(f *file) { _, f.manifest.Signer = NewKey() },
		"part too large":  func(f *file) { f.parts[0] = bytes.Repeat(partOf(Headers, 1, 1), MaxPart/100) },
		"empty part":      func(f *file) { f.parts[0] = nil },
		"too many parts":  func(f *file) { f.parts = slices.Repeat([][]byte{partOf(Headers, 2, 1)}, 14_000) },
		"not its entries": func(f *file) { f.parts[0] = f.parts[0][1:] },
	} {
		f := makeFile(t, Headers, 2, 1)
		change(f)
		if err := f.write(); err == nil || len(f.bytes) > 0 {
			t.Errorf("%s: %d bytes are written, %v", name, len(f.bytes), err)
		}
	}
}

// A part that changes between hashing and writing ends the writing, and so does
// whoever stops it.
func TestPartsChange(t *testing.T) {
	f := makeFile(t, Slips, 2, 2)
	for name, other := range map[string][]byte{
		"another": partOf(Slips, 7, 2), "shorter": partOf(Slips, 3, 1),
	} {
		asked := 0
		err := f.writeWith(t.Context(), func(i int) ([]byte, error) {
			if asked++; asked == 4 {
				return other, nil
			}
			return f.parts[i], nil
		})
		if !errors.Is(err, ErrChanged) || asked != 4 {
			t.Errorf("%s: asked %d times, %v", name, asked, err)
		}
		if _, _, err := readParts(bytes.NewReader(f.bytes), -1); !errors.Is(err, ErrNotWhole) {
			t.Errorf("%s: what was written opens as %v", name, err)
		}
	}
	gone := errors.New("gone")
	if err := f.writeWith(t.Context(), func(int) ([]byte, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("a part that cannot be had: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.writeWith(ctx, func(i int) ([]byte, error) { return f.parts[i], nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Common tools list, extract and check the files.
func TestPartsCommonTools(t *testing.T) {
	for _, kind := range kinds {
		dir := t.TempDir()
		f := makeFile(t, kind, 2, 1)
		if err := os.WriteFile(filepath.Join(dir, "f.tar"), f.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range [][]string{{"tar", "-xf", "f.tar"}, {"sha256sum", "--strict", "-c", "SHA256SUMS"}} {
			if _, err := exec.LookPath(c[0]); err != nil {
				t.Fatalf("install %s (tar, coreutils) to run this test", c[0])
			}
			cmd := exec.Command(c[0], c[1:]...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %v\n%s", kind, c, err, out)
			}
		}
		got, err := os.ReadFile(filepath.Join(dir, kind.member(1)))
		if err != nil || !bytes.Equal(got, f.parts[1]) || !strings.HasSuffix(kind.member(1), "/000002") {
			t.Errorf("%s: tar gives part 2 differently (%v)", kind, err)
		}
	}
}
