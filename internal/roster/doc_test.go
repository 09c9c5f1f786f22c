package roster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// example makes what docs/formats-keys.md shows.
func example(t *testing.T) (*Signed, *age.HybridRecipient) {
	t.Helper()
	key, err := os.ReadFile("../../docs/example/reviewer.key")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := age.ParseIdentities(strings.NewReader(string(key)))
	if err != nil || len(ids) != 1 {
		t.Fatalf("%d identities, %v", len(ids), err)
	}
	recipient := ids[0].(*age.HybridIdentity).Recipient()
	signer, akey := signerOf(t, KeyNameAdministrator, 1)
	_, rkey := signerOf(t, KeyNameReviewer, 2)
	return signed(t, &Roster{Epoch: 1, From: "2026-11-22", Until: "2027-05-22", Signatures: 1,
		Administrators: []Administrator{{"Administrator A", akey}},
		Reviewers:      []Reviewer{{"Reviewer A", recipient, rkey}},
	}, signer), recipient
}

// What the document shows is what the program writes and reads, whoever reads it.
func TestDocument(t *testing.T) {
	doc, err := os.ReadFile("../../docs/formats-keys.md")
	if err != nil {
		t.Fatal(err)
	}
	s, recipient := example(t)
	// block returns the example that begins with a line, with the recipient whole.
	block := func(begin, want string) string {
		_, rest, ok := strings.Cut(string(doc), "```\n"+begin)
		text, _, ok2 := strings.Cut(begin+rest, "```\n")
		if text = strings.ReplaceAll(text, "age1pq1…", recipient.String()); !ok || !ok2 || text != want {
			t.Errorf("the document shows\n%s\nand it must be\n%s", text, strings.ReplaceAll(want, recipient.String(), "age1pq1…"))
		}
		return text
	}
	roster := block("amana roster 1\n", string(s.Bytes()))
	reviewerCard := block("amana reviewer card 1\n", string(s.Reviewers[0].Card().Text()))
	block("amana administrator card 1\n", string(s.Administrators[0].Card().Text()))
	block("first ", "first "+s.SHA256()+"\nnewest 1 "+s.SHA256()+"\n")

	read, err := Open([]byte(roster))
	if err != nil {
		t.Fatal(err)
	}
	if err := Follows(nil, read); err != nil {
		t.Error(err)
	}
	if c, err := ParseCard([]byte(reviewerCard)); err != nil || c.Sum() != read.Reviewers[0].Card().Sum() {
		t.Error(err)
	}
	verifier, err := note.NewVerifier(read.Administrators[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open([]byte(roster), note.VerifierList(verifier)); err != nil {
		t.Errorf("not a signed note: %v", err)
	}

	// The way by hand.
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "1.txt"), []byte(roster), 0o600); err != nil {
		t.Fatal(err)
	}
	const byHand = `grep -v '^— ' 1.txt | sed '$d' | sha256sum`
	if !strings.Contains(string(doc), "```\n"+byHand+"\n```") {
		t.Error("the document does not show how to hash by hand")
	}
	cmd := exec.Command("sh", "-c", byHand)
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), s.SHA256()+" ") {
		t.Errorf("by hand the hash is %s (%v); this test needs sh, grep, sed and sha256sum", out, err)
	}
}
