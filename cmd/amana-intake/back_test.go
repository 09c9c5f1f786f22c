package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"

	"amana/internal/carry"
	"amana/internal/keyfile"
	"amana/internal/mailbox"
	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// replies FILE WHO NUMBER...: writes a file of replies to the sources with those
// numbers, which WHO signs for the newest roster. A number with ! before it gets
// something that is no reply.
func replies(ts *testscript.TestScript, _ bool, args []string) {
	who, err := keyfile.Read(strings.NewReader(ts.ReadFile(args[1]+".key")), nil)
	ts.Check(err)
	signer, err := who.Signer()
	ts.Check(err)
	var part []byte
	for _, number := range args[2:] {
		thread := mailbox.ThreadFrom(sha256.Sum256([]byte("source " + number)))
		identity, err := thread.Identity()
		ts.Check(err)
		id := thread.ID()
		e := carry.ReplyEntry{Mailbox: thread.Mailbox(), Sealed: []byte("no reply")}
		rand.Read(e.ID[:])
		if !strings.HasPrefix(number, "!") {
			e.Sealed, err = mailbox.Seal(mailbox.Reply{Thread: fmt.Sprintf("%x", id), Day: rig.Day(0), Text: "وصلتنا شهادتكم."}, identity.Recipient())
			ts.Check(err)
		}
		part = carry.AppendReplyEntry(part, e)
	}
	rosters := rig.People(ts).Rosters
	newest := rosters[len(rosters)-1]
	m := &carry.PartsManifest{
		Kind: carry.Replies, Made: rig.Day(0), Signer: who.VerifierKey(),
		Epoch: newest.Epoch, RosterSum: newest.Sum(), Parts: make([]carry.Part, 1),
	}
	var out bytes.Buffer
	ts.Check(carry.WriteParts(context.Background(), &out, m, signer, func(int) ([]byte, error) { return part, nil }))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out.Bytes(), 0o600))
}
