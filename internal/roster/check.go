package roster

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// Check holds a roster to the rules of the format: bounds, days, names and keys
// that are each there once. Errors wrap [ErrMalformed] or [ErrSecretKey].
func (r *Roster) Check() error {
	switch {
	case r.Epoch == 0:
		return malformed("rosters are numbered from 1 on")
	case (r.Epoch == 1) != (r.Previous == [32]byte{}):
		return malformed("the first roster has none before it, and every other names the one before it by its hash")
	case len(r.Administrators) < 1 || len(r.Administrators) > maxAdministrators:
		return malformed("a roster has at least 1 administrator and at most %d", maxAdministrators)
	case len(r.Reviewers) < 1 || len(r.Reviewers) > maxReviewers:
		return malformed("a roster has at least 1 reviewer and at most %d", maxReviewers)
	case r.Signatures < 1 || r.Signatures > len(r.Administrators):
		return malformed("the next roster must be signed by at least 1 administrator, and by no more than there are (%d)", len(r.Administrators))
	}
	for _, day := range []string{r.From, r.Until} {
		if _, err := parseDay(day); err != nil {
			return err
		}
	}
	if r.Until < r.From {
		return malformed("the last day (%s) is before the first (%s)", r.Until, r.From)
	}
	if err := r.checkPeople(); err != nil {
		return err
	}
	text := r.Text()
	if hasSecret(text) {
		return ErrSecretKey // in a name
	}
	if len(text) > maxText {
		return malformed("the roster is longer than %d bytes: shorten the names", maxText)
	}
	return nil
}

// people are those of a roster who were looked at already.
type people struct{ names, keys, hashes, recipients map[string]bool }

func newPeople() *people {
	return &people{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
}

// once refuses somebody who is there already, by whatever. Two keys are the same
// if their 32 bytes are; hash is the short number that signatures name a key by.
func (p *people) once(name string, raw []byte, hash string, recipient *age.HybridRecipient) error {
	switch {
	case p.names[folded(name)]:
		return malformed("the name %.40q, or one that looks like it, stands there twice", name)
	case p.keys[string(raw)]:
		return malformed("the signing key of %.40q stands there twice", name)
	case p.hashes[hash]:
		return malformed("the signing key of %.40q has the same short number as another one. Make a new key", name)
	}
	p.names[folded(name)], p.keys[string(raw)], p.hashes[hash] = true, true, true
	if recipient != nil {
		if p.recipients[recipient.String()] {
			return malformed("the key for sealing of %.40q stands there twice", name)
		}
		p.recipients[recipient.String()] = true
	}
	return nil
}

func (r *Roster) checkPeople() error {
	cards := administratorCards(r)
	for _, v := range r.Reviewers {
		if v.Recipient == nil {
			return malformed("reviewer %.40q has no key for sealing", v.Name)
		}
		cards = append(cards, v.Card())
	}
	seen := newPeople()
	for _, c := range cards {
		if err := c.check(); err != nil {
			return err
		}
		raw, _ := rawKey(c.Key)
		hash := strings.SplitN(c.Key, "+", 3)[1] // check found three parts
		if err := seen.once(c.Name, raw, hash, c.Recipient); err != nil {
			return err
		}
	}
	return nil
}

// checkKey refuses what is not an Ed25519 verifier key of the given name in its
// one spelling.
func checkKey(vkey, name string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return malformed("the signing key is damaged or cut off")
	}
	if verifier.Name() != name {
		return malformed("the signing key is one of %.40q, not of %q: it was made for something else", verifier.Name(), name)
	}
	raw, ok := rawKey(vkey)
	if !ok {
		return malformed("the signing key is of a kind that this program does not know")
	}
	if again, err := note.NewEd25519VerifierKey(name, raw); err != nil || again != vkey {
		return errSpelling
	}
	if weak(raw) {
		return malformed("the signing key is one that everybody can sign with. Somebody made it so on purpose")
	}
	return nil
}

// rawKey returns the 32 bytes of the Ed25519 key in a verifier key.
func rawKey(vkey string) (ed25519.PublicKey, bool) {
	parts := strings.SplitN(vkey, "+", 3) // a "+" may stand in the Base64 too
	if len(parts) != 3 {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 1 {
		return nil, false
	}
	return raw[1:], true
}

// smallOrder are the points of Ed25519 that a signature can be made for without
// a secret, in every encoding, without the sign bit.
var smallOrder = map[string]bool{
	"0000000000000000000000000000000000000000000000000000000000000000": true,
	"0100000000000000000000000000000000000000000000000000000000000000": true,
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": true,
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": true,
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
}

func weak(key ed25519.PublicKey) bool {
	k := append([]byte(nil), key...)
	k[31] &= 0x7f
	return smallOrder[hex.EncodeToString(k)]
}

// checkRecipient refuses a key that parses but that nothing can be sealed to:
// one such reviewer would close the intake for everybody.
func checkRecipient(recipient *age.HybridRecipient) error {
	if _, err := recipient.Wrap(make([]byte, 16)); err != nil {
		return malformed("nothing can be sealed to the key for sealing (age1pq1…)")
	}
	return nil
}
