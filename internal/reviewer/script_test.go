package reviewer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"amana/internal/carry"
	"amana/internal/rig"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"amana-decrypt":       func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) },
		"amana-decrypt-probe": func() { os.Exit(probe()) },

		"amana-decrypt-desk-probe": func() { os.Exit(deskProbe()) },
	})
}

// TestScripts runs testdata/script: one file a behaviour.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			rig.Setup(e)
			page, err := filepath.Abs("../../docs/formats-mailbox.md")
			e.Setenv("MAILBOX_PAGE", page)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"newkey": rig.NewKey, "admins": rig.Admins, "roster": rig.Roster, "lock": lockKey, "bundle": bundle, "pin": pin,
			"code": rig.Code, "pty": pty, "notty": rig.NoTTY, "midway": midway, "age": ageTool, "flip": flip,
			"headers": headersOf, "honest": honest, "hostile": hostile, "vouched": vouched, "plant": plant,
			"caught": caught, "remember": remember, "resumed": resumed, "ask": ask,
			"acknowledged": acknowledged, "cases": plantCases, "stick": stick, "killing": killing, "inmemory": inmemory, "answered": answered, "source": source, "whole": whole, "halfway": halfway, "type": typeReply, "screens": screens, "people": plantPeople,
		},
	})
}

func readFile(ts *testscript.TestScript, name string) string { return ts.ReadFile(name) }

func writeFile(ts *testscript.TestScript, name string, data []byte) {
	ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o600))
}

// lockKey NAME PASSPHRASE: encrypts NAME.key to NAME.key.age.
func lockKey(ts *testscript.TestScript, _ bool, args []string) {
	r, err := age.NewScryptRecipient(args[1])
	ts.Check(err)
	r.SetWorkFactor(10)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	ts.Check(err)
	_, err = io.WriteString(w, readFile(ts, args[0]+".key"))
	ts.Check(err)
	ts.Check(w.Close())
	writeFile(ts, args[0]+".key.age", out.Bytes())
}

// bundle [-without=EPOCH] FILE TESTIMONY...: makes a bundle with all rosters of the
// script, or all but one, and FILE.vkey. A testimony is the epoch of its roster and, after a colon, what is
// wrong with it: hostile, newer, day, epoch, or sum (it names another roster). It
// holds the file photo.bin and the narrative. What follows the colon can also be its
// kind and the digit that its thread is made of: withdrawal=1; a testimony says then
// where it can be answered, and what it says is in the file answers.json, if there is one, or in answers-DIGIT.json.
func bundle(ts *testscript.TestScript, _ bool, args []string) {
	m := &carry.Manifest{Made: "2026-11-23"}
	rosters := rig.People(ts).Rosters
	without, flag := strings.CutPrefix(args[0], "-without=")
	if flag {
		args = args[1:]
	}
	for _, r := range rosters {
		if strconv.Itoa(int(r.Epoch)) == without {
			continue
		}
		m.Rosters = append(m.Rosters, carry.List{Epoch: r.Epoch, Text: r.Bytes()})
	}
	ages := make(map[string][]byte)
	for i, what := range args[1:] {
		epoch, wrong, _ := strings.Cut(what, ":")
		n, err := strconv.Atoi(epoch)
		ts.Check(err)
		to := rosters[n-1]
		id := fmt.Sprintf("%032x", i+1)
		data := sealed(ts, to, wrong)
		header := bytes.Index(data, []byte("\n--- "))
		header += bytes.IndexByte(data[header+1:], '\n') + 2
		ages[id] = data
		m.Testimonies = append(m.Testimonies, carry.Entry{
			ID: id, Day: "2026-11-22", Epoch: to.Epoch, HeaderEpoch: to.Epoch,
			HeaderSize: int64(header), HeaderSum: sha256.Sum256(data[:header]),
			PayloadSize: int64(len(data) - header), PayloadSum: sha256.Sum256(data[header:]),
		})
	}
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	ts.Check(err)
	var out bytes.Buffer
	ts.Check(carry.WriteBundle(context.Background(), &out, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(ages[e.ID])), nil
	}))
	writeFile(ts, args[0], out.Bytes())
	writeFile(ts, args[0]+".vkey", []byte(vkey+"\n"))
	ts.Setenv("VKEY", vkey)
}

// pin FILE: sets PIN_EN, PIN_AR, PIN_HEX and PIN_NUMBERED to the fingerprint of a roster.
func pin(ts *testscript.TestScript, _ bool, args []string) {
	s, err := roster.Open([]byte(readFile(ts, args[0])))
	ts.Check(err)
	ts.Setenv("PIN_EN", s.Fingerprint("en"))
	ts.Setenv("PIN_AR", s.Fingerprint("ar"))
	ts.Setenv("PIN_HEX", s.SHA256())
	numbered := ""
	for i, word := range strings.Fields(s.Fingerprint("ar")) {
		numbered += fmt.Sprintf("%d. %s, ", i+1, word)
	}
	ts.Setenv("PIN_NUMBERED", numbered)
}

// sealed returns one testimony.
func sealed(ts *testscript.TestScript, to *roster.Signed, wrong string) []byte {
	var out bytes.Buffer
	switch wrong {
	case "hostile": // an age file with something else in it
		w, err := age.Encrypt(&out, to.Recipients()...)
		ts.Check(err)
		w.Write(bytes.Repeat([]byte("not a ZIP "), 10_000))
		ts.Check(w.Close())
		return out.Bytes()
	}
	recipients := to.Recipients()
	inner, err := age.GenerateHybridIdentity()
	ts.Check(err)
	if wrong == "newer" { // sealed twice, so that it can be changed between
		recipients = []age.Recipient{inner.Recipient()}
	}
	w, err := seal.New(&out, recipients)
	ts.Check(err)
	if kind, digit, ok := strings.Cut(wrong, "="); ok {
		ts.Check(w.Close(ofThread(ts, testimony.Kind(kind), digit, to)))
		return out.Bytes()
	}
	f, err := w.File("../../photo\u202egpj.exe.jpg", "image/jpeg")
	ts.Check(err)
	_, err = f.Write([]byte(readFile(ts, "photo.bin")))
	ts.Check(err)
	day := "2026-11-22"
	if wrong == "day" {
		day = "2020-01-01"
	}
	names := testimony.Roster{Epoch: to.Epoch, SHA256: to.SHA256()}
	switch wrong {
	case "epoch":
		names.Epoch++
	case "sum":
		names.SHA256 = strings.Repeat("0", 64)
	}
	ts.Check(w.Close(testimony.Testimony{
		Kind: testimony.First, Thread: strings.Repeat("5c", 16), Language: "ar",
		Answers: map[string]string{"narrative": "ذهب <b>ولم</b> يعد."}, Received: day, Roster: names,
	}))
	if wrong == "newer" {
		return newer(ts, out.Bytes(), inner, to)
	}
	return out.Bytes()
}

// ofThread returns what one envelope of a thread says.
func ofThread(ts *testscript.TestScript, kind testimony.Kind, digit string, to *roster.Signed) testimony.Testimony {
	t := testimony.Testimony{Kind: kind, Thread: strings.Repeat(digit, 32), Language: "ar", Received: "2026-11-22",
		Roster: testimony.Roster{Epoch: to.Epoch, SHA256: to.SHA256()}}
	switch kind {
	case testimony.Withdrawal:
		return t
	case testimony.Fetched:
		t.Fetched = []string{strings.Repeat("9", 32)}
		return t
	case testimony.First:
		id, err := age.GenerateHybridIdentity()
		ts.Check(err)
		t.Reply = &testimony.Reply{Mailbox: strings.Repeat("7", 32), Recipient: id.Recipient().String()}
	}
	t.Answers = map[string]string{testimony.Narrative: "words of the " + string(kind)}
	for _, name := range []string{"answers.json", "answers-" + digit + ".json"} {
		if data, err := os.ReadFile(ts.MkAbs(name)); err == nil {
			ts.Check(json.Unmarshal(data, &t))
		}
	}
	return t
}

// newer seals anew, as one of a newer version, what inner opens.
func newer(ts *testscript.TestScript, sealed []byte, inner age.Identity, to *roster.Signed) []byte {
	r, err := age.Decrypt(bytes.NewReader(sealed), inner)
	ts.Check(err)
	plain, err := io.ReadAll(r)
	ts.Check(err)
	at := bytes.Index(plain, []byte(`{"schema":"`+testimony.ManifestSchema))
	end := bytes.Index(plain[max(at, 0):], []byte("PK\x07\x08")) // the descriptor follows, with the CRC
	if at < 0 || end < 0 {
		ts.Fatalf("no manifest where it must be")
	}
	manifest := plain[at : at+end]
	crc := func() []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(manifest)) }
	before := crc()
	copy(manifest, `{"schema":"amana/manifest/9`)
	plain = bytes.ReplaceAll(plain, before, crc())
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to.Recipients()...)
	ts.Check(err)
	w.Write(plain)
	ts.Check(w.Close())
	return out.Bytes()
}

// flip FILE OFFSET: changes one byte; a negative offset counts from the end.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	data := []byte(readFile(ts, args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 1
	writeFile(ts, args[0], data)
}

// buildAge builds the stock age command once.
var buildAge = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "age-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "age")
	out, err := exec.Command("go", "build", "-o", path, "filippo.io/age/cmd/age").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build age: %w\n%s", err, out)
	}
	return path, nil
})

// ageTool ARGS...: runs the stock age command.
func ageTool(ts *testscript.TestScript, _ bool, args []string) {
	path, err := buildAge()
	ts.Check(err)
	cmd := rig.Command(ts, append([]string{path}, args...))
	if out, err := cmd.CombinedOutput(); err != nil {
		ts.Fatalf("age: %v\n%s", err, out)
	}
}
