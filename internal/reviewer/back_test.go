package reviewer

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"amana/internal/carry"
	"amana/internal/mailbox"
	"amana/internal/rig"
	"amana/internal/testimony"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
)

// acknowledged BUNDLE FILE ID...: fails unless FILE acknowledges exactly those
// testimonies of the bundle, for the newest roster and by a reviewer of it.
func acknowledged(ts *testscript.TestScript, _ bool, args []string) {
	data := ts.ReadFile(args[0])
	b, err := carry.OpenBundle(strings.NewReader(data), int64(len(data)))
	ts.Check(err)
	sums := make(map[string][32]byte)
	for _, e := range b.Manifest.Testimonies {
		sums[e.ID] = e.PayloadSum
	}
	var got []string
	for _, part := range signedFor(ts, args[1], carry.Acknowledgement) {
		for e, err := range carry.ParseAcknowledged(part) {
			ts.Check(err)
			id := fmt.Sprintf("%x", e.ID)
			if sums[id] != e.Payload {
				ts.Fatalf("testimony %s: another payload is acknowledged", id)
			}
			got = append(got, strings.TrimLeft(id, "0"))
		}
	}
	if strings.Join(got, " ") != strings.Join(args[2:], " ") {
		ts.Fatalf("acknowledged: %v", got)
	}
}

// signedFor returns the parts of a file of the given kind, which must be for the
// newest roster of the script and signed by one of its reviewers.
func signedFor(ts *testscript.TestScript, file string, kind carry.Kind) [][]byte {
	people := rig.People(ts)
	newest := people.Rosters[len(people.Rosters)-1]
	m, parts := readParts(ts, file)
	if m.Kind != kind || m.Epoch != newest.Epoch || m.RosterSum != newest.Sum() || newest.FindKey(m.Signer) == nil {
		ts.Fatalf("%s holds %s for another roster, or of a stranger", file, m.Kind)
	}
	return parts
}

// threadOf returns the thread with a number.
func threadOf(number string) mailbox.Thread {
	return mailbox.ThreadFrom(sha256.Sum256([]byte("thread " + number)))
}

// cases FOLDER NUMBER:KIND[:WRONG]...: makes a folder as open makes it, with one
// testimony for each word: of the thread with that number, of that kind. The ids are
// …1, …2, and so on, each digit repeated. $THREAD1 and so on become the threads' ids.
// WRONG is what is wrong with one:
//
//	noreply     its source wants no reply
//	old         it is of before there were threads
//	classic     its recipient is not post-quantum
//	garbage     its recipient is something else
//	mailbox     its mailbox is a path
//	other       it names the mailbox of another thread
//	thread      its thread is no id
//	day         its day is a command to a terminal
//	json        it is cut off
//	large       it is longer than any can be
//	missing     there is only the folder
//	link        it is a link to secret.json, which is beside the folder
//	pipe        it is a pipe at whose other end is nobody
func plantCases(ts *testscript.TestScript, _ bool, args []string) {
	folder := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(folder, 0o700))
	ts.Check(os.WriteFile(filepath.Join(folder, "index.html"), []byte("<html>"), 0o600))
	for i, word := range args[1:] {
		fields := append(strings.Split(word, ":"), "")
		thread := threadOf(fields[0])
		id, box := thread.ID(), thread.Mailbox()
		ts.Setenv("THREAD"+fields[0], fmt.Sprintf("%x", id))
		identity, err := thread.Identity()
		ts.Check(err)
		d := testimony.Testimony{
			Schema: testimony.Schema, Kind: testimony.Kind(fields[1]), Thread: fmt.Sprintf("%x", id), Language: "ar", Received: "2026-11-22",
			Reply: &testimony.Reply{Mailbox: fmt.Sprintf("%x", box), Recipient: identity.Recipient().String()},
		}
		switch fields[2] {
		case "noreply":
			d.Reply = nil
		case "old":
			d.Schema, d.Kind, d.Thread, d.Reply = testimony.Schema1, "", "", nil
		case "classic":
			classic, err := age.GenerateX25519Identity()
			ts.Check(err)
			d.Reply.Recipient = classic.Recipient().String()
		case "garbage":
			d.Reply.Recipient = "\x1b[2Jage1pq1"
		case "mailbox":
			d.Reply.Mailbox = "../../../../etc/passwd..........."
		case "other":
			box := threadOf("other").Mailbox()
			d.Reply.Mailbox = fmt.Sprintf("%x", box)
		case "thread":
			d.Thread += "\x1b[2J"
		case "day":
			d.Received = "\x1b[2J"
		}
		data, err := json.Marshal(d)
		ts.Check(err)
		if fields[2] == "json" {
			data = data[:len(data)/2]
		}
		sub := filepath.Join(folder, strings.Repeat(strconv.Itoa(i+1), 32))
		ts.Check(os.Mkdir(sub, 0o700))
		path := filepath.Join(sub, "testimony.json")
		switch fields[2] {
		case "missing":
		case "link":
			ts.Check(os.WriteFile(ts.MkAbs("secret.json"), data, 0o600))
			ts.Check(os.Symlink("../../secret.json", path))
		case "pipe":
			ts.Check(syscall.Mkfifo(path, 0o600))
		case "large":
			ts.Check(os.WriteFile(path, data, 0o600))
			ts.Check(os.Truncate(path, 1<<30))
		default:
			ts.Check(os.WriteFile(path, data, 0o600))
		}
	}
}

// answered FILE NUMBER TEXT: fails unless the file has one reply, which the thread
// with that number opens, and which is what stands in the file TEXT without the ends
// of its lines at the end.
func answered(ts *testscript.TestScript, _ bool, args []string) {
	thread := threadOf(args[1])
	n := 0
	for _, part := range signedFor(ts, args[0], carry.Replies) {
		for e, err := range carry.ParseReplies(part) {
			ts.Check(err)
			r, err := thread.Open(e.Sealed)
			ts.Check(err)
			if id := thread.ID(); e.Mailbox != thread.Mailbox() || r.Thread != fmt.Sprintf("%x", id) || r.Day != rig.Day(0) {
				ts.Fatalf("it goes to mailbox %x, with %s of %s", e.Mailbox, r.Thread, r.Day)
			}
			if want := strings.TrimSpace(ts.ReadFile(args[2])); r.Text != want {
				ts.Fatalf("it says %q, not %q", r.Text, want)
			}
			if e.ID == ([16]byte{}) {
				ts.Fatalf("its id is not random")
			}
			n++
		}
	}
	if n != 1 {
		ts.Fatalf("%d replies are in it", n)
	}
}

func TestReplyText(t *testing.T) {
	most := strings.Repeat("ش", mailbox.MaxReply)
	for name, c := range map[string]struct{ in, want, words string }{
		"plain":        {"وصلتنا شهادتكم.\n", "وصلتنا شهادتكم.", ""},
		"lines":        {"\n  one\n\n\ttwo \n \n", "one\n\n\ttwo", ""},
		"of windows":   {"\ufeffone\r\ntwo\r\n", "one\ntwo", ""},
		"turned":       {"\u202bواحد\u202c \u2067اثنان\u2069", "واحد اثنان", ""},
		"marks":        {"نیم\u200cفاصله \u200fx", "نیم\u200cفاصله \u200fx", ""},
		"the most":     {most + "\n", most, ""},
		"of windows 2": {strings.Repeat("x\r\n", mailbox.MaxReply/2), strings.TrimSpace(strings.Repeat("x\n", mailbox.MaxReply/2)), ""},
		"too long":     {most + "x", "", "too long: it may have 2000 characters"},
		"far too long": {strings.Repeat(" ", maxText+1), "", "too long"},
		"empty":        {" \n\u202b", "", "is empty"},
		"document":     {"PK\x03\x04word", "", "control characters"},
		"escape":       {"\x1b[2J", "", "control characters"},
		"return":       {"good\rbad", "", "control characters"},
		"nul":          {"a\x00b", "", "control characters"},
		"c1":           {"a\u009bb", "", "control characters"},
		"latin1":       {"gr\xfc\xdfe", "", "not plain text in UTF-8"},
		"cut off":      {"ش"[:1], "", "not plain text in UTF-8"},
	} {
		data, _ := withoutTurns([]byte(c.in))
		got, err := replyText(data)
		if got != c.want || (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if err != nil {
			continue
		}
		identity, err := threadOf(name).Identity()
		if err != nil {
			t.Fatal(err)
		}
		id := threadOf(name).ID()
		sealed, err := mailbox.Seal(mailbox.Reply{Thread: fmt.Sprintf("%x", id), Day: "2026-11-22", Text: got}, identity.Recipient())
		if err != nil || len(sealed) > carry.MaxReply {
			t.Errorf("%s: it is accepted and then cannot be sealed: %v", name, err)
		}
	}
}

// source NUMBER: writes answers-NUMBER.json, by which stick makes what the thread with
// that number sends: it can be answered, and its replies opened.
func source(ts *testscript.TestScript, _ bool, args []string) {
	thread := threadOf(args[0])
	id, box := thread.ID(), thread.Mailbox()
	identity, err := thread.Identity()
	ts.Check(err)
	data, err := json.Marshal(map[string]any{
		"thread": fmt.Sprintf("%x", id),
		"reply":  testimony.Reply{Mailbox: fmt.Sprintf("%x", box), Recipient: identity.Recipient().String()},
	})
	ts.Check(err)
	writeFile(ts, "answers-"+args[0]+".json", data)
	ts.Setenv("THREAD"+args[0], fmt.Sprintf("%x", id))
}
