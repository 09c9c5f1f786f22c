package reviewer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"amana/internal/carry"
	"amana/internal/keyfile"
	"amana/internal/rewrap"
	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"
)

// stick [-server=NAME] [-rotated=REVIEWER] [-first=EPOCH] [-made=DAY] FILE ID:EPOCH[:WHAT]...: makes a bundle as
// bundle does, of a server that stays the same, and of testimonies that do: the second
// time an ID is the same payload, unless it is written ID!. With -rotated their headers
// are for the newest roster, made by that reviewer. ID+N makes N of them.
func stick(ts *testscript.TestScript, _ bool, args []string) {
	flags := map[string]string{"server": "server", "made": "2026-11-23", "first": "1"}
	for strings.HasPrefix(args[0], "-") {
		name, value, _ := strings.Cut(args[0][1:], "=")
		flags[name], args = value, args[1:]
	}
	m := &carry.Manifest{Made: flags["made"]}
	rosters := rig.People(ts).Rosters
	for _, r := range rosters {
		if strconv.Itoa(int(r.Epoch)) >= flags["first"] {
			m.Rosters = append(m.Rosters, carry.List{Epoch: r.Epoch, Text: r.Bytes()})
		}
	}
	files := make(map[string]string)
	for _, spec := range args[1:] {
		name, what, _ := strings.Cut(spec, ":")
		epoch, wrong, _ := strings.Cut(what, ":")
		name, anew := strings.CutSuffix(name, "!")
		name, count, _ := strings.Cut(name, "+")
		from, err := strconv.Atoi(name)
		ts.Check(err)
		n, err := strconv.Atoi(epoch)
		ts.Check(err)
		many, err := strconv.Atoi("0" + count)
		ts.Check(err)
		for i := range max(many, 1) {
			id := fmt.Sprintf("%032x", from+i)
			path := ts.MkAbs(filepath.Join("sealed", id))
			ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
			data, err := os.ReadFile(path)
			if err != nil || anew {
				data = sealed(ts, rosters[n-1], wrong)
				ts.Check(os.WriteFile(path, data, 0o600))
			}
			e := carry.Entry{ID: id, Day: "2026-11-22", Epoch: rosters[n-1].Epoch, HeaderEpoch: rosters[n-1].Epoch}
			header := headerOf(data)
			e.PayloadSize, e.PayloadSum = int64(len(data)-len(header)), sha256.Sum256(data[len(header):])
			if by := flags["rotated"]; by != "" {
				header = rotated(ts, by, header)
				e.HeaderEpoch = rosters[len(rosters)-1].Epoch
				path += ".rotated"
				ts.Check(os.WriteFile(path, append(slices.Clone(header), data[len(data)-int(e.PayloadSize):]...), 0o600))
			}
			e.HeaderSize, e.HeaderSum = int64(len(header)), sha256.Sum256(header)
			files[id] = path
			m.Testimonies = append(m.Testimonies, e)
		}
	}
	skey, vkey := serverKey(ts, flags["server"])
	signer, err := note.NewSigner(skey)
	ts.Check(err)
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(carry.WriteBundle(context.Background(), out, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
		return os.Open(files[e.ID])
	}))
	ts.Check(out.Close())
	ts.Setenv("VKEY", vkey)
}

// headerOf returns the header of an age file.
func headerOf(data []byte) []byte {
	at := bytes.Index(data, []byte("\n--- ")) + 1
	return data[:at+bytes.IndexByte(data[at:], '\n')+1]
}

// rotated returns a header for the newest roster.
func rotated(ts *testscript.TestScript, by string, header []byte) []byte {
	people := rig.People(ts)
	wrapper, err := rewrap.New(readKeyFile(ts, by).Identities, people.Rosters[len(people.Rosters)-1].Recipients())
	ts.Check(err)
	next, err := wrapper.Header(header)
	ts.Check(err)
	return next
}

// serverKey returns the key of a server, the same each time.
func serverKey(ts *testscript.TestScript, name string) (skey, vkey string) {
	path := ts.MkAbs(filepath.Join("sealed", name+".server"))
	if data, err := os.ReadFile(path); err == nil {
		skey, vkey, _ = strings.Cut(string(data), "\n")
		return skey, vkey
	}
	skey, vkey = carry.NewKey()
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, []byte(skey+"\n"+vkey), 0o600))
	return skey, vkey
}

// readKeyFile returns the key in NAME.key.
func readKeyFile(ts *testscript.TestScript, name string) *keyfile.Key {
	key, err := keyfile.Read(strings.NewReader(readFile(ts, name+".key")), nil)
	ts.Check(err)
	return key
}
