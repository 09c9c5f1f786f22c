package reviewer

import (
	"context"
	"fmt"
	"os"
	"time"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/keyfile"
	"amana/internal/roster"
)

// vacant returns an error if something stands at the path of a file to be made,
// which the flag named asks for.
func vacant(path, flag string) error {
	if _, err := os.Lstat(path); err == nil {
		return cli.Hint(fmt.Errorf("%s is there already", path), "nothing is ever overwritten; choose another name with %s", flag)
	}
	return nil
}

// sign writes a file of n parts for a roster, signed by key, and commits it.
func sign(ctx context.Context, out *durable.File, kind carry.Kind, key *keyfile.Key, newest *roster.Signed, n int, part func(i int) ([]byte, error)) error {
	signer, err := key.Signer()
	if err != nil {
		return err
	}
	m := &carry.PartsManifest{
		Kind: kind, Made: time.Now().UTC().Format(time.DateOnly), Signer: key.VerifierKey(),
		Epoch: newest.Epoch, RosterSum: newest.Sum(), Parts: make([]carry.Part, n),
	}
	if err := carry.WriteParts(ctx, out, m, signer, part); err != nil {
		return err
	}
	return out.Commit()
}

// speaksFor returns an error unless the key's reviewer is in the roster, with
// both halves.
func speaksFor(key *keyfile.Key, newest *roster.Signed) error {
	r := newest.FindKey(key.VerifierKey())
	switch {
	case key.VerifierKey() == "":
		return cli.Hint(keyfile.ErrNoSigningKey, "use a key that amana-keys reviewer new made")
	case r == nil:
		return cli.Refused(fmt.Errorf("this key is not in roster %d, so the server would not take what it signs", newest.Epoch),
			"it takes a reviewer who is in the newest roster")
	}
	for _, id := range key.Identities {
		if r.Recipient.String() == id.Recipient().String() {
			return nil
		}
	}
	return cli.Refused(fmt.Errorf("roster %d names another recipient for the signing key of %s", newest.Epoch, r.Name),
		"stop, and call the administrators: somebody has changed the roster")
}
