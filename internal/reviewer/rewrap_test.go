package reviewer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"amana/internal/carry"
	"amana/internal/keyfile"
	"amana/internal/rewrap"
	"amana/internal/rig"
	"amana/internal/roster"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"
)

// headersOf FILE EPOCH COUNT: makes a file of headers as a server does: so many
// testimonies that are sealed to the roster of that epoch, with all rosters of
// the script. $VKEY becomes the server's key.
//
//	-cut=N       N testimonies in a part
//	-of=FILE     the same testimonies as in another such file; then EPOCH and COUNT are left out
//	-next=FILE   the headers of those slips wait for their confirmation
//	-chain=A,B   these rosters, whatever they are
func headersOf(ts *testscript.TestScript, _ bool, args []string) {
	cut := 10
	chain := rig.People(ts).Rosters
	var all []carry.HeaderEntry
	next := make(map[[16]byte][]byte)
	for strings.HasPrefix(args[0], "-") {
		name, value, _ := strings.Cut(args[0], "=")
		switch name {
		case "-cut":
			n, err := strconv.Atoi(value)
			ts.Check(err)
			cut = n
		case "-of":
			all = headerEntries(ts, value)
		case "-next":
			for _, e := range slipEntries(ts, value) {
				next[e.ID] = e.Header
			}
		case "-chain":
			chain = nil
			for _, file := range strings.Split(value, ",") {
				s, err := roster.Open([]byte(ts.ReadFile(file)))
				ts.Check(err)
				chain = append(chain, s)
			}
		default:
			ts.Fatalf("headers: unknown flag %s", name)
		}
		args = args[1:]
	}
	newest := chain[len(chain)-1]
	if all == nil {
		epoch, err := strconv.Atoi(args[1])
		ts.Check(err)
		count, err := strconv.Atoi(args[2])
		ts.Check(err)
		for i := range count {
			e := carry.HeaderEntry{Sealed: uint32(epoch), Epoch: uint32(epoch), Header: freshHeader(ts, chain[epoch-1].Recipients())}
			binary.BigEndian.PutUint64(e.ID[8:], uint64(i+1))
			all = append(all, e)
		}
	}
	m := &carry.PartsManifest{Kind: carry.Headers, Epoch: newest.Epoch, RosterSum: newest.Sum()}
	skey, vkey := carry.NewKey()
	m.Signer = vkey
	ts.Setenv("VKEY", vkey)
	signer, err := note.NewSigner(skey)
	ts.Check(err)
	for _, s := range chain {
		m.Rosters = append(m.Rosters, carry.List{Epoch: s.Epoch, Text: s.Bytes()})
	}
	var parts [][]byte
	for i, e := range all {
		if header := next[e.ID]; header != nil {
			e.NextEpoch, e.Next = newest.Epoch, header
		}
		if i%cut == 0 {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = carry.AppendHeaderEntry(parts[len(parts)-1], e)
	}
	writeParts(ts, args[0], m, signer, parts)
}

// freshHeader returns the header of a testimony that nobody ever sees.
func freshHeader(ts *testscript.TestScript, to []age.Recipient) []byte {
	var out bytes.Buffer
	_, err := age.Encrypt(&out, to...)
	ts.Check(err)
	at := bytes.Index(out.Bytes(), []byte("\n--- ")) + 1
	return out.Bytes()[:at+bytes.IndexByte(out.Bytes()[at:], '\n')+1]
}

func writeParts(ts *testscript.TestScript, file string, m *carry.PartsManifest, signer note.Signer, parts [][]byte) {
	m.Made, m.Parts = rig.Day(0), make([]carry.Part, len(parts))
	var out bytes.Buffer
	ts.Check(carry.WriteParts(context.Background(), &out, m, signer, func(i int) ([]byte, error) { return parts[i], nil }))
	writeFile(ts, file, out.Bytes())
}

// readParts returns what a file of parts holds.
func readParts(ts *testscript.TestScript, file string) (*carry.PartsManifest, [][]byte) {
	data := ts.ReadFile(file)
	in, err := carry.ReadParts(strings.NewReader(data), int64(len(data)))
	ts.Check(err)
	var parts [][]byte
	for {
		part, err := in.Next()
		if err == io.EOF {
			return in.Manifest(), parts
		}
		ts.Check(err)
		parts = append(parts, part)
	}
}

func headerEntries(ts *testscript.TestScript, file string) (all []carry.HeaderEntry) {
	_, parts := readParts(ts, file)
	for _, part := range parts {
		for e, err := range carry.ParseHeaders(part) {
			ts.Check(err)
			all = append(all, e)
		}
	}
	return all
}

func slipEntries(ts *testscript.TestScript, file string) (all []carry.SlipEntry) {
	_, parts := readParts(ts, file)
	for _, part := range parts {
		for e, err := range carry.ParseSlips(part) {
			ts.Check(err)
			all = append(all, e)
		}
	}
	return all
}

// honest HEADERS SLIPS: fails unless the slips are what an honest reviewer makes:
// one for each of the headers, in order, for the newest roster, each of which
// every reviewer of that roster opens to the file key of the old header.
func honest(ts *testscript.TestScript, _ bool, args []string) {
	people := rig.People(ts)
	newest := people.Rosters[len(people.Rosters)-1]
	m, _ := readParts(ts, args[1])
	if m.Kind != carry.Slips || m.RosterSum != newest.Sum() || newest.FindKey(m.Signer) == nil {
		ts.Fatalf("%s holds %s for another roster, or of a stranger", args[1], m.Kind)
	}
	headers, slips := headerEntries(ts, args[0]), slipEntries(ts, args[1])
	if len(headers) != len(slips) {
		ts.Fatalf("%d slips for %d headers", len(slips), len(headers))
	}
	for i, s := range slips {
		h := headers[i]
		if s.ID != h.ID || s.Replaces != sha256.Sum256(h.Header) {
			ts.Fatalf("slip %d is for another testimony", i+1)
		}
		for _, k := range people.Reviewers { // those of the newest roster
			if err := rewrap.Confirm(h.Header, s.Header, k.Identities, len(people.Reviewers)); err != nil {
				ts.Fatalf("slip %d for %s: %v", i+1, k.Name, err)
			}
		}
	}
}

// hostileSlips returns slips that must never count. HOW is what is wrong with them:
//
//	readers   the right file key, but WHO in the place of the last reviewer
//	key       another file key
//	others    made well, but for other testimonies
//	swapped   made well, but each stands for another testimony
//	noise     headers for the right number of readers, which nobody can open
//
// Anything else gives none.
func hostileSlips(ts *testscript.TestScript, how string, headers []carry.HeaderEntry, who *keyfile.Key) (slips []carry.SlipEntry) {
	people := rig.People(ts)
	to := people.Rosters[len(people.Rosters)-1].Recipients()
	wrap := func(h carry.HeaderEntry, to []age.Recipient) ([]byte, error) {
		w, err := rewrap.New(who.Identities, to)
		if err != nil {
			return nil, err
		}
		return w.Header(h.Header)
	}
	for i, h := range headers {
		s := carry.SlipEntry{ID: h.ID, Replaces: sha256.Sum256(h.Header)}
		var err error
		switch how {
		case "readers":
			s.Header, err = wrap(h, append(to[:len(to)-1:len(to)-1], who.Identities[0].Recipient()))
		case "key":
			s.Header = freshHeader(ts, to)
		case "others":
			s.ID[0] = 1
			s.Header, err = wrap(h, to)
		case "swapped":
			s.Header, err = wrap(headers[(i+1)%len(headers)], to)
		case "noise":
			s.Header = freshHeader(ts, to)
			letters := []byte("ABCDEFGHIJKLMNOP")
			for at := bytes.Index(s.Header, []byte("x25519 ")) + 7; s.Header[at+64] != '\n'; at++ {
				s.Header[at] = letters[at%len(letters)]
			}
		default:
			return nil
		}
		ts.Check(err)
		slips = append(slips, s)
	}
	return slips
}

// hostile HOW HEADERS WHO FILE [COUNT]: writes such slips, or the first of them,
// to a file that WHO signs.
func hostile(ts *testscript.TestScript, _ bool, args []string) {
	headers, who := headerEntries(ts, args[1]), keyOf(ts, args[2])
	if len(args) > 4 {
		n, err := strconv.Atoi(args[4])
		ts.Check(err)
		headers = headers[:n]
	}
	var part []byte
	for _, s := range hostileSlips(ts, args[0], headers, who) {
		part = carry.AppendSlipEntry(part, s)
	}
	people := rig.People(ts)
	newest := people.Rosters[len(people.Rosters)-1]
	m := &carry.PartsManifest{Kind: carry.Slips, Signer: who.VerifierKey(), Epoch: newest.Epoch, RosterSum: newest.Sum()}
	signer, err := who.Signer()
	ts.Check(err)
	writeParts(ts, args[3], m, signer, [][]byte{part})
}

// vouched HEADERS CONFIRMATION COUNT: fails unless the confirmation holds so many
// entries, and each is about the two headers of that testimony.
func vouched(ts *testscript.TestScript, _ bool, args []string) {
	waits := make(map[[16]byte]carry.ConfirmedEntry)
	for _, h := range headerEntries(ts, args[0]) {
		waits[h.ID] = carry.ConfirmedEntry{ID: h.ID, Replaces: sha256.Sum256(h.Header), Header: sha256.Sum256(h.Next)}
	}
	n := 0
	_, parts := readParts(ts, args[1])
	for _, part := range parts {
		for e, err := range carry.ParseConfirmed(part) {
			ts.Check(err)
			if waits[e.ID] != e {
				ts.Fatalf("testimony %x: another header is confirmed", e.ID)
			}
			n++
		}
	}
	if strconv.Itoa(n) != args[2] {
		ts.Fatalf("%d are confirmed, want %s", n, args[2])
	}
}

// plant HOW HEADERS WHO FOLDER: makes a work folder such as a hostile stick may
// hold. HOW is what its parts are: hostile slips, or
//
//	garbage     noise
//	large       a gigabyte of nothing
//	folders     folders where files should be
//	links       links to secret.txt, which is beside the folder
//	pipes       pipes at whose other end is nobody
//	thousands   thousands of files
func plant(ts *testscript.TestScript, _ bool, args []string) {
	how, folder := args[0], ts.MkAbs(args[3])
	ts.Check(os.Mkdir(folder, 0o700))
	// All in each part: however they are cut, the right ones are there.
	var part []byte
	for _, s := range hostileSlips(ts, how, headerEntries(ts, args[1]), keyOf(ts, args[2])) {
		part = carry.AppendSlipEntry(part, s)
	}
	for n := 1; n <= 20; n++ {
		path := filepath.Join(folder, fmt.Sprintf("%06d", n))
		data := part
		if n%2 == 0 { // as it is, or with what could be a mark after it
			data = append(part[:len(part):len(part)], bytes.Repeat([]byte{1}, markSize)...)
		}
		var err error
		switch how {
		case "garbage":
			err = os.WriteFile(path, bytes.Repeat([]byte{byte(n), 0xff}, 5000*n), 0o600)
		case "large":
			if err = os.WriteFile(path, nil, 0o600); err == nil {
				err = os.Truncate(path, 1<<30)
			}
		case "folders":
			err = os.MkdirAll(filepath.Join(path, "x"), 0o700)
		case "links":
			err = os.Symlink("../secret.txt", path)
		case "pipes":
			err = syscall.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, data, 0o600)
		}
		ts.Check(err)
	}
	for i := 0; how == "thousands" && i < 3000; i++ {
		ts.Check(os.WriteFile(filepath.Join(folder, fmt.Sprintf("planted-%d", i)), []byte("planted"), 0o600))
	}
}

// keyOf returns the key of NAME.key.
func keyOf(ts *testscript.TestScript, name string) *keyfile.Key {
	k, err := keyfile.Read(strings.NewReader(ts.ReadFile(name+".key")), nil)
	ts.Check(err)
	return k
}

// remember FOLDER FILE: keeps the slips that are made in a work folder.
func remember(ts *testscript.TestScript, _ bool, args []string) {
	parts, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "0*"))
	ts.Check(err)
	var kept []byte
	for _, path := range parts {
		data, err := os.ReadFile(path)
		ts.Check(err)
		for e, err := range carry.ParseSlips(data) {
			if err != nil {
				break // what follows the slips
			}
			kept = carry.AppendSlipEntry(kept, e)
		}
	}
	writeFile(ts, args[1], kept)
}

// resumed FILE SLIPS: fails unless the slips that were remembered, at least one,
// are in the file as they were: two that are made of the same header differ.
func resumed(ts *testscript.TestScript, _ bool, args []string) {
	made := make(map[[16]byte][]byte)
	for _, e := range slipEntries(ts, args[1]) {
		made[e.ID] = e.Header
	}
	n := 0
	for e, err := range carry.ParseSlips([]byte(ts.ReadFile(args[0]))) {
		ts.Check(err)
		if !bytes.Equal(made[e.ID], e.Header) {
			ts.Fatalf("the slip for %x was made anew", e.ID)
		}
		n++
	}
	if n == 0 || n == len(made) {
		ts.Fatalf("%d of %d slips were left: this proves nothing", n, len(made))
	}
}

// ask CODE TYPED PROMPT COMMAND...: is pty for a question that ends with PROMPT.
func ask(ts *testscript.TestScript, _ bool, args []string) {
	master, slave, err := rig.OpenPty()
	ts.Check(err)
	defer master.Close()
	cmd := rig.Command(ts, args[3:])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	slave.Close()
	var shown bytes.Buffer
	asked := false
	for buf := make([]byte, 4096); ; {
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if !asked && bytes.HasSuffix(shown.Bytes(), []byte(args[2])) {
			asked = true
			master.WriteString(strings.ReplaceAll(args[1]+"\n", "^C\n", "\x03"))
		}
		if err != nil { // the other end was closed
			break
		}
	}
	cmd.Wait()
	ts.Stdout().Write(shown.Bytes())
	rig.WantCode(ts, cmd, args[0])
}

// caught SIGNAL CODE COMMAND...: runs a command that makes the file after -o from
// headers, sends it the signal when some parts of it are made and others not,
// and expects the exit code (-1: it was killed).
func caught(ts *testscript.TestScript, _ bool, args []string) {
	signal := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[args[0]]
	if signal == 0 {
		ts.Fatalf("signal %s", args[0])
	}
	out := ""
	for i, arg := range args {
		if arg == "-o" {
			out = ts.MkAbs(args[i+1])
		}
	}
	before, err := filepath.Glob(out + ".partial/0*") // of an earlier run
	ts.Check(err)
	for range 20 { // on a busy machine it may be done before it is caught
		cmd := rig.Command(ts, args[2:])
		cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
		ts.Check(cmd.Start())
		got := false
		for range 30_000 {
			if parts, _ := filepath.Glob(out + ".partial/0*"); len(parts) >= len(before)+2 {
				cmd.Process.Signal(syscall.SIGSTOP)
				_, err := os.Lstat(out)
				got = err != nil
				break
			}
			if _, err := os.Lstat(out); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if got {
			cmd.Process.Signal(signal)
		}
		cmd.Process.Signal(syscall.SIGCONT)
		cmd.Wait()
		if got && (signal == syscall.SIGKILL || cmd.ProcessState.ExitCode() != 0) {
			rig.WantCode(ts, cmd, args[1])
			return
		}
		ts.Check(os.Remove(out))
	}
	ts.Fatalf("the program was never caught in the middle")
}
