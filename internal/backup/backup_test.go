package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"amana/vault"
	"amana/vault/letterbox"
	"amana/vault/vaulttest"
)

// content is what a backup of a test holds.
type content struct {
	records  []vault.Record
	payloads map[vault.ID][]byte
	purged   []vault.ID
	letters  []letterbox.Letter
	files    map[string]string
}

func numbered(n int) (id vault.ID) {
	id[0], id[15] = byte(n>>8)+1, byte(n)
	return id
}

func some() *content {
	c := &content{payloads: map[vault.ID][]byte{}, files: map[string]string{}}
	for n, size := range []int{70000, 0, pieceSize, pieceSize + 1, 3*pieceSize - 1} {
		rec := vault.Record{ID: numbered(n), Label: vault.Label{Day: "2026-11-22", Epoch: 3}, HeaderEpoch: uint32(3 + n%2),
			Header: vaulttest.Header(1700, uint64(n)), Collected: n%2 == 1, PayloadSize: int64(size)}
		if n%3 == 1 {
			rec.Next = &vault.Next{Epoch: 5, Header: vaulttest.Header(1800, uint64(100+n)), By: [16]byte{9}}
		}
		payload := vaulttest.Payload(size, uint64(n))
		rec.PayloadSum = sha256.Sum256(payload)
		c.records, c.payloads[rec.ID] = append(c.records, rec), payload
	}
	for n := range PurgedAtOnce + 3 {
		c.purged = append(c.purged, numbered(1000+n))
	}
	for n := range RepliesAtOnce + 3 {
		c.letters = append(c.letters, letterbox.Letter{Mailbox: numbered(n / 2), ID: numbered(n), Day: "2026-11-22", Sealed: []byte{1, 2, byte(n)}})
	}
	for _, name := range []string{"server/bundle.key", "also/intake.toml", "onion-keys/authorized_clients/alice.auth", "onion-keys/hostname"} {
		c.files[name] = "the file " + name
	}
	return c
}

// write writes the content; left is the number of a testimony whose payload is another.
func (c *content) write(w io.Writer, left int) (Summary, error) {
	b, err := NewWriter(w, Head{Made: "2026-11-27", Server: "amana-intake+key"})
	if err != nil {
		return Summary{}, err
	}
	for n := range c.records {
		rec := c.records[n]
		if n == left {
			rec.PayloadSum[0] ^= 1
		}
		if err := b.Testimony(&rec, bytes.NewReader(c.payloads[rec.ID])); err != nil && (n != left || !errors.Is(err, ErrPayload)) {
			return Summary{}, err
		}
	}
	for ids := range slices.Chunk(c.purged, PurgedAtOnce) {
		err = errors.Join(err, b.Purged(ids))
	}
	for letters := range slices.Chunk(c.letters, RepliesAtOnce) {
		err = errors.Join(err, b.Replies(letters))
	}
	err = errors.Join(err, b.Roster(1, []byte("roster one")), b.Roster(2, []byte("roster two")))
	for _, name := range []string{"server/bundle.key", "also/intake.toml", "onion-keys/authorized_clients/alice.auth", "onion-keys/hostname"} {
		err = errors.Join(err, b.File(name, []byte(c.files[name])))
	}
	if err != nil {
		return Summary{}, err
	}
	return b.Close()
}

// Begin implements Keeper, as the next ones do: the content becomes what is read.
func (c *content) Begin(id vault.ID) (Kept, error) {
	return &begun{Buffer: new(bytes.Buffer), c: c}, nil
}

type begun struct {
	*bytes.Buffer
	c *content
}

func (b *begun) Commit(rec vault.Record) error {
	b.c.records, b.c.payloads[rec.ID] = append(b.c.records, rec), b.Bytes()
	return nil
}

func (b *begun) Abort() {}

func (c *content) Purged(ids []vault.ID) error {
	c.purged = append(c.purged, ids...)
	return nil
}

func (c *content) Replies(letters []letterbox.Letter) error {
	c.letters = append(c.letters, letters...)
	return nil
}

func (c *content) File(name string, data []byte) error {
	c.files[name] = string(data)
	return nil
}

// What is read is what was written, by this package and by any tar; a testimony whose
// payload is not that of its record is not in it, and the rest is.
func TestRoundTrip(t *testing.T) {
	for _, left := range []int{-1, 0, 3, 4} {
		want := some()
		var file bytes.Buffer
		sum, err := want.write(&file, left)
		if err != nil {
			t.Fatal(err)
		}
		if left >= 0 {
			delete(want.payloads, want.records[left].ID)
			want.records = slices.Delete(want.records, left, left+1)
		}
		got := &content{payloads: map[vault.ID][]byte{}, files: map[string]string{}}
		head, again, err := Read(bytes.NewReader(file.Bytes()), got)
		if err != nil || again != sum || head != (Head{"2026-11-27", "amana-intake+key"}) {
			t.Fatalf("%d left out: %+v, %+v, %v; want %+v", left, head, again, err, sum)
		}
		want.files["rosters/1.txt"], want.files["rosters/2.txt"] = "roster one", "roster two"
		for id, payload := range want.payloads {
			if !bytes.Equal(payload, got.payloads[id]) {
				t.Errorf("%d left out: the payload of %s is another", left, id)
			}
		}
		got.payloads = want.payloads
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d left out: something else is read", left)
		}
		d := NewDigest()
		for i := range want.records {
			d.Record(&want.records[i])
		}
		for _, id := range want.purged {
			d.Purged(id)
		}
		for i := range want.letters {
			d.Reply(&want.letters[i])
		}
		d.Roster("rosters/1.txt", []byte("roster one"))
		d.Roster("rosters/2.txt", []byte("roster two"))
		d.Server("amana-intake+key")
		if d.String() != sum.Digest {
			t.Error("the digest of what is kept is another than that of its backup")
		}
	}
}

// small is a backup of little, to be damaged.
func small(t *testing.T) []byte {
	t.Helper()
	c := some()
	c.records, c.purged, c.letters = c.records[:2], c.purged[:2], c.letters[:2]
	var file bytes.Buffer
	if _, err := c.write(&file, -1); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func refused(t *testing.T, what string, data []byte) {
	t.Helper()
	_, _, err := Read(bytes.NewReader(data), Nothing{})
	if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrNotBackup) {
		t.Errorf("%s: %v", what, err)
	}
}

// Wherever it is cut, and whichever byte of its members is another, it is refused. It
// would not be if a byte stood in no hash.
func TestDamaged(t *testing.T) {
	whole := small(t)
	if _, _, err := Read(bytes.NewReader(whole), Nothing{}); err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(whole); cut += 97 {
		refused(t, fmt.Sprintf("cut to %d bytes", cut), whole[:cut])
	}
	for cut := 1; cut <= 1024; cut += 341 {
		refused(t, fmt.Sprintf("cut by %d bytes", cut), whole[:len(whole)-cut])
	}
	content, members := 0, tar.NewReader(bytes.NewReader(whole))
	for at := int64(0); ; {
		h, err := members.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for off := int64(0); off < 512+h.Size; off += 3 + h.Size/40 {
			if off == 155 {
				continue // behind the checksum of the tar header, where nobody looks
			}
			content++
			for _, bit := range []byte{1, 0x80} {
				spoilt := bytes.Clone(whole)
				spoilt[at+off] ^= bit
				refused(t, fmt.Sprintf("bit %d of byte %d of %s", bit, off-512, h.Name), spoilt)
			}
		}
		at += 512 + (h.Size+511)/512*512
	}
	if content < 300 {
		t.Errorf("only %d bytes were changed", content)
	}
	refused(t, "a byte behind it", append(bytes.Clone(whole), 0))
	refused(t, "itself behind it", append(bytes.Clone(whole), whole...))
}

// remade is a backup whose members a test has changed, with the right last lines, so
// that nothing but the change is wrong.
func remade(t *testing.T, change func(h *tar.Header, data []byte) (keep bool, changed []byte, again int)) []byte {
	t.Helper()
	var out bytes.Buffer
	w, members := tar.NewWriter(&out), sha256.New()
	for r := tar.NewReader(bytes.NewReader(small(t))); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		data, err2 := io.ReadAll(r)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		keep, data, again := change(h, data)
		for ; keep && again >= 0; again-- {
			if h.Name == endName {
				data = append(data[:bytes.Index(data, []byte("members "))], fmt.Sprintf("members %x\n", members.Sum(nil))...)
			} else {
				addMember(members, h.Name, data)
			}
			h.Size = int64(len(data))
			if h.Typeflag != tar.TypeReg {
				h.Size = 0
			}
			if err := w.WriteHeader(h); err != nil {
				t.Fatal(err)
			}
			if h.Size > 0 {
				w.Write(data)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A backup that somebody made by hand is refused for each thing that could do harm.
func TestHostile(t *testing.T) {
	if _, _, err := Read(bytes.NewReader(remade(t, func(_ *tar.Header, data []byte) (bool, []byte, int) { return true, data, 0 })), Nothing{}); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	on := func(name string, change func(h *tar.Header, data []byte) (bool, []byte, int)) func(*tar.Header, []byte) (bool, []byte, int) {
		return func(h *tar.Header, data []byte) (bool, []byte, int) {
			if h.Name == name {
				return change(h, data)
			}
			return true, data, 0
		}
	}
	named := func(name string) func(*tar.Header, []byte) (bool, []byte, int) {
		return on("also/intake.toml", func(h *tar.Header, data []byte) (bool, []byte, int) { h.Name = name; return true, data, 0 })
	}
	edited := func(name, old, new string) func(*tar.Header, []byte) (bool, []byte, int) {
		return on(name, func(h *tar.Header, data []byte) (bool, []byte, int) {
			if !bytes.Contains(data, []byte(old)) {
				t.Fatalf("%s holds no %q", name, old)
			}
			return true, bytes.Replace(data, []byte(old), []byte(new), 1), 0
		})
	}
	first, second := numbered(0), numbered(1)
	for what, change := range map[string]func(*tar.Header, []byte) (bool, []byte, int){
		"a name that leads out":    named("also/../../../etc/passwd"),
		"a name from the root":     named("/etc/passwd"),
		"a hidden name":            named("also/.bashrc"),
		"a name of three":          named("also/a/b"),
		"another folder":           named("vault/headers.db"),
		"no folder":                named("bundle.key"),
		"a name with a space":      named("also/a b"),
		"a name in another's name": named("testimonies/x"),
		"a link": on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) {
			h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc"
			return true, d, 0
		}),
		"a hard link": on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) {
			h.Typeflag, h.Linkname = tar.TypeLink, "backup"
			return true, d, 0
		}),
		"a device":     on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) { h.Typeflag = tar.TypeChar; return true, d, 0 }),
		"a folder":     on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) { h.Typeflag = tar.TypeDir; return true, d, 0 }),
		"another mode": on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) { h.Mode = 0o4755; return true, d, 0 }),
		"an owner":     on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) { h.Uid = 1; return true, d, 0 }),
		"words behind the name": on("also/intake.toml", func(h *tar.Header, d []byte) (bool, []byte, int) {
			h.Format, h.PAXRecords = tar.FormatPAX, map[string]string{"A.b": "c"}
			return true, d, 0
		}),
		"a file twice":           on("also/intake.toml", func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, d, 1 }),
		"a record twice":         on(recordName(first), func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, d, 1 }),
		"a piece twice":          on(pieceName(first, 0), func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, d, 1 }),
		"a piece missing":        on(pieceName(first, 0), func(_ *tar.Header, d []byte) (bool, []byte, int) { return false, d, 0 }),
		"a record missing":       on(recordName(first), func(_ *tar.Header, d []byte) (bool, []byte, int) { return false, d, 0 }),
		"a roster missing":       on("rosters/1.txt", func(_ *tar.Header, d []byte) (bool, []byte, int) { return false, d, 0 }),
		"what was purged, twice": on("purged/1", func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, d, 1 }),
		"replies twice":          on("replies/1", func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, append(d, d...), 0 }),
		"no end":                 on(endName, func(_ *tar.Header, d []byte) (bool, []byte, int) { return false, d, 0 }),
		"two ends":               on(endName, func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, d, 1 }),
		"a file too large":       on("also/intake.toml", func(_ *tar.Header, d []byte) (bool, []byte, int) { return true, make([]byte, MaxFile+1), 0 }),
		"a record of another id": edited(recordName(first), first.String(), second.String()),
		"a record with more":     edited(recordName(first), `"day"`, `"x":1,"day"`),
		"a record with a space":  edited(recordName(first), `"day":`, `"day": `),
		"an id in capitals":      edited("purged/1", "\n", "\nABCDEF00000000000000000000000000\n"),
		"a negative size":        edited(recordName(second), `"payload_size":0`, `"payload_size":-1`),
		"another version":        edited("backup", "amana backup 1", "amana backup 2"),
		"a head with more":       edited("backup", "made", "x\nmade"),
	} {
		refused(t, what, remade(t, change))
	}
	for _, text := range []string{"", "dear operator", strings.Repeat("x", 5000), "age-encryption.org/v1\n-> X25519 a\n"} {
		refused(t, "something else", []byte(text))
	}
}

// Names of a backup are plain.
func TestCheckName(t *testing.T) {
	for _, good := range []string{"also/a", "also/intake.toml", "server/bundle.key", "rosters/1.txt", "onion-keys/hostname", "onion-keys/authorized_clients/a_b.auth"} {
		if err := CheckName(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "also", "also/", "/also/a", "also//a", "also/.", "also/..", "also/../a", "also/a/b", "also/.a", "also/a b", "also/a\\b", "also/ä", "end/a", "vault/a",
		"onion-keys/a/b/c", "onion-keys/../a", "also/" + strings.Repeat("a", 100)} {
		if CheckName(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
