package rig

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"amana/internal/keyfile"
	"amana/internal/roster"
)

// Org is the people of a test, who made the rosters.
type Org struct {
	Administrators []*keyfile.Key
	Reviewers      []*keyfile.Key
	Rosters        []*roster.Signed // the chain so far

	known map[string]*keyfile.Key // of a script, by name
}

// NewOrg makes the keys of an administrator and of reviewers with the names given.
// It has no roster yet.
func NewOrg(reviewers ...string) (*Org, error) {
	admin, err := keyfile.NewAdministrator("Administrator A")
	if err != nil {
		return nil, err
	}
	o := &Org{Administrators: []*keyfile.Key{admin}}
	for _, name := range reviewers {
		key, err := keyfile.NewReviewer(name)
		if err != nil {
			return nil, err
		}
		o.Reviewers = append(o.Reviewers, key)
	}
	return o, nil
}

// Day returns the day in UTC that lies so many days after today.
func Day(after int) string { return time.Now().UTC().AddDate(0, 0, after).Format(time.DateOnly) }

// Next signs the next roster, of the people as they are now, in force for the
// days from and until. Where there are administrators enough, two must sign.
func (o *Org) Next(from, until string) (*roster.Signed, error) {
	r := &roster.Roster{Epoch: 1, From: from, Until: until, Signatures: min(2, len(o.Administrators))}
	if n := len(o.Rosters); n > 0 {
		before := o.Rosters[n-1]
		r.Epoch, r.Previous = before.Epoch+1, before.Sum()
	}
	for _, a := range o.Administrators {
		r.Administrators = append(r.Administrators, roster.Administrator{Name: a.Name, Key: a.VerifierKey()})
	}
	for _, k := range o.Reviewers {
		r.Reviewers = append(r.Reviewers, roster.Reviewer{Name: k.Name, Recipient: k.Identities[0].Recipient(), Key: k.VerifierKey()})
	}
	s, err := roster.Draft(r)
	if err != nil {
		return nil, err
	}
	for _, a := range o.Administrators[:r.Signatures] {
		signer, err := a.Signer()
		if err != nil {
			return nil, err
		}
		if s, err = s.Sign(signer); err != nil {
			return nil, err
		}
	}
	o.Rosters = append(o.Rosters, s)
	return s, nil
}

// WriteKey writes a key without a passphrase, which only tests do: the passphrase
// costs a second each time.
func WriteKey(path string, k *keyfile.Key) error {
	identity, signing, err := k.Seeds()
	if err != nil {
		return err
	}
	vkey := k.VerifierKey()
	public := strings.SplitN(vkey, "+", 3) // name, hash, key
	skey := "PRIVATE+KEY+" + public[0] + "+" + public[1] + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, signing...))
	var text bytes.Buffer
	if identity == nil {
		fmt.Fprintf(&text, "# amana administrator key 1\n# name: %s\n# verifies: %s\n%s\n", k.Name, vkey, skey)
	} else {
		fmt.Fprintf(&text, "# amana reviewer key 1\n# name: %s\n# public: %s\n# verifies: %s\n# signing: %s\n%s\n",
			k.Name, k.Identities[0].Recipient(), vkey, skey, k.Identities[0])
	}
	if _, err := keyfile.Read(bytes.NewReader(text.Bytes()), nil); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o600)
}
