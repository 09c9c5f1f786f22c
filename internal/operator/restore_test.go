package operator

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/backup"
	"amana/internal/carry"
	"amana/internal/cli"
	"amana/vault"
	"amana/vault/letterbox"
	"amana/vault/vaulttest"
)

// forged is what goes into a backup that is written as it should be, but for what a
// test changes.
type forged struct {
	rec      vault.Record
	payload  []byte
	purged   []vault.ID
	letters  []letterbox.Letter
	rosters  [][]byte
	head     string
	key, pub string
	more     string // name of a file
}

func (f *forged) bytes(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := backup.NewWriter(&out, backup.Head{Made: "2026-11-27", Server: f.head})
	if err == nil {
		err = w.Testimony(&f.rec, bytes.NewReader(f.payload))
	}
	err = errors.Join(err, w.Purged(f.purged), w.Replies(f.letters))
	for i, text := range f.rosters {
		err = errors.Join(err, w.Roster(uint32(i+1), text))
	}
	if f.key != "" {
		err = errors.Join(err, w.File("server/bundle.key", []byte(f.key+"\n")))
	}
	err = errors.Join(err, w.File("server/bundle.pub", []byte(f.pub+"\n")))
	if f.more != "" {
		err = errors.Join(err, w.File(f.more, []byte("x")))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Whoever writes a backup by hand, with every hash right, gets nothing in that a server
// could not have kept; and nothing is left of it.
func TestRestoreRefuses(t *testing.T) {
	org := mustOrg(t, "Reviewer A")
	one, err := org.Next("2026-11-01", "2027-11-01")
	if err != nil {
		t.Fatal(err)
	}
	two, err := org.Next("2026-11-02", "2027-11-01")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := mustOrg(t, "Reviewer B").Next("2026-11-01", "2027-11-01")
	if err != nil {
		t.Fatal(err)
	}
	skey, vkey := carry.NewKey()
	other, _ := carry.NewKey()
	for name, c := range map[string]struct {
		change func(f *forged)
		code   int // 0 if it is taken
	}{
		"nothing":                      {func(f *forged) {}, 0},
		"no rosters":                   {func(f *forged) { f.rosters = nil }, 0},
		"no header":                    {func(f *forged) { f.rec.Header = nil }, cli.ExitRefused},
		"a header that is none":        {func(f *forged) { f.rec.Header = []byte("MZ\x90") }, cli.ExitRefused},
		"a header for an older roster": {func(f *forged) { f.rec.HeaderEpoch = 2 }, cli.ExitRefused},
		"a day with an hour":           {func(f *forged) { f.rec.Day = "2026-11-27T10" }, cli.ExitRefused},
		"a day that leads out":         {func(f *forged) { f.rec.Day = "../../../x" }, cli.ExitRefused},
		"a next without a roster":      {func(f *forged) { f.rec.Next = &vault.Next{Header: f.rec.Header} }, cli.ExitRefused},
		"kept and purged":              {func(f *forged) { f.purged = append(f.purged, f.rec.ID) }, cli.ExitRefused},
		"purged twice":                 {func(f *forged) { f.purged = append(f.purged, f.purged...) }, cli.ExitRefused},
		"the zero id purged":           {func(f *forged) { f.purged = append(f.purged, vault.ID{}) }, cli.ExitRefused},
		"a reply without a day":        {func(f *forged) { f.letters[0].Day = "" }, cli.ExitRefused},
		"a reply too large":            {func(f *forged) { f.letters[0].Sealed = make([]byte, letterbox.MaxLetter+1) }, cli.ExitRefused},
		"no key":                       {func(f *forged) { f.key = "" }, cli.ExitRefused},
		"a key that is none":           {func(f *forged) { f.key = "x" }, cli.ExitRefused},
		"another key":                  {func(f *forged) { f.key = other }, cli.ExitRefused},
		"another server":               {func(f *forged) { f.head += "x" }, cli.ExitRefused},
		"another file of a server":     {func(f *forged) { f.more = "server/vault" }, cli.ExitRefused},
		"a roster that is none":        {func(f *forged) { f.rosters[1] = []byte("trust me") }, cli.ExitRefused},
		"a roster missing":             {func(f *forged) { f.rosters = f.rosters[1:] }, cli.ExitRefused},
		"a stranger's roster":          {func(f *forged) { f.rosters[1] = stranger.Bytes() }, cli.ExitRefused},
	} {
		payload := vaulttest.Payload(70_000, 1)
		f := &forged{
			rec: vault.Record{ID: vault.ID{1}, Label: vault.Label{Day: "2026-11-22", Epoch: 3}, HeaderEpoch: 3, Header: vaulttest.Header(1700, 1),
				PayloadSize: int64(len(payload)), PayloadSum: sha256.Sum256(payload)},
			payload: payload, purged: []vault.ID{{2}}, letters: []letterbox.Letter{{Mailbox: [16]byte{1}, ID: [16]byte{2}, Day: "2026-11-22", Sealed: []byte("x")}},
			rosters: [][]byte{one.Bytes(), two.Bytes()}, head: vkey, key: skey, pub: vkey,
		}
		c.change(f)
		dir, path := t.TempDir(), filepath.Join(t.TempDir(), "b")
		if err := os.WriteFile(path, f.bytes(t), 0o600); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		err := (&Restore{From: path}).Run(t.Context(), State{Folder: filepath.Join(dir, "s")}, &said)
		left, err2 := os.ReadDir(dir)
		if err2 != nil {
			t.Fatal(err2)
		}
		if c.code == 0 {
			if err != nil || len(left) != 1 || left[0].Name() != "s" {
				t.Errorf("%s: %v, %v", name, err, left)
			}
			continue
		}
		if _, code := cli.Advice(err); err == nil || code != c.code || len(left) != 0 || said.Len() > 0 {
			t.Errorf("%s: exit code %d, %v, %d files left, %q", name, code, err, len(left), said.String())
		}
		if err != nil && strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: a key is told: %v", name, err)
		}
	}
}

// A backup without rosters, of a server that lost them, is restored closed.
func TestRestoreClosed(t *testing.T) {
	state, _ := newState(t, 1, 1)
	if err := os.RemoveAll(state.path(rostersFolder)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "b")
	var said bytes.Buffer
	if err := (&Backup{Out: path}).Run(t.Context(), state, &said); err != nil || !strings.Contains(said.String(), "the rosters are not in it") {
		t.Fatalf("%v\n%s", err, said.String())
	}
	to := State{Folder: filepath.Join(t.TempDir(), "s")}
	said.Reset()
	if err := (&Restore{From: path}).Run(t.Context(), to, &said); err != nil || !strings.Contains(said.String(), "stays closed") {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if err := (&Export{Out: path + ".tar"}).Run(t.Context(), to, io.Discard); err != nil {
		t.Errorf("what is kept cannot be exported: %v", err)
	}
}
