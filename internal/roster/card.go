package roster

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"filippo.io/age"

	"amana/internal/wordlist"
)

const (
	reviewerCard      = "amana reviewer card "
	administratorCard = "amana administrator card "
	english           = "en"
)

// cardLanguages are those whose words stand in a card of version 1.
var cardLanguages = []string{"ar", english}

// Card is the public half of a person's key: what a reviewer or administrator
// gives away to stand in a roster.
type Card struct {
	Name      string
	Recipient *age.HybridRecipient // nil for an administrator
	Key       string               // verifier key
}

// Card returns the administrator's keys as a card.
func (a Administrator) Card() Card { return Card{Name: a.Name, Key: a.Key} }

// Card returns the reviewer's keys as a card.
func (r Reviewer) Card() Card { return Card(r) }

// Sum returns the SHA-256 of the keys, without the name, under a line that says
// what they are for.
func (c Card) Sum() [32]byte {
	if c.Recipient == nil {
		return sha256.Sum256([]byte("amana administrator keys 1\nkey " + c.Key + "\n"))
	}
	return sha256.Sum256([]byte("amana reviewer keys 1\nsigning " + c.Key + "\nrecipient " + c.Recipient.String() + "\n"))
}

// Fingerprint returns Sum as words to read aloud, in one of
// [wordlist.Languages].
func (c Card) Fingerprint(lang string) string { return wordlist.Fingerprint(lang, c.Sum()) }

// Text returns the card as a file: the one spelling that [ParseCard] takes.
func (c Card) Text() []byte {
	var b bytes.Buffer
	if c.Recipient == nil {
		fmt.Fprintf(&b, "%s1\nname %s\nkey %s\n", administratorCard, c.Name, c.Key)
	} else {
		fmt.Fprintf(&b, "%s1\nname %s\nsigning %s\nrecipient %s\n", reviewerCard, c.Name, c.Key, c.Recipient)
	}
	for _, lang := range cardLanguages {
		fmt.Fprintf(&b, "fingerprint %s %s\n", lang, c.Fingerprint(lang))
	}
	return b.Bytes()
}

// ParseCard reads a card. It takes only what Text writes, byte for byte. A card
// is not signed: its fingerprint is to be compared over a telephone. Errors wrap
// [ErrMalformed] or [ErrSecretKey].
func ParseCard(text []byte) (*Card, error) {
	administrator := bytes.HasPrefix(text, []byte(administratorCard))
	prefix := administratorCard
	if !administrator {
		prefix = reviewerCard
	}
	p, err := newParser(text, prefix, "card")
	if err != nil {
		return nil, err
	}
	c := &Card{Name: p.value("name ")}
	if administrator {
		c.Key = p.value("key ")
	} else {
		c.Key, c.Recipient = p.value("signing "), p.recipient("recipient ")
	}
	for _, lang := range cardLanguages {
		words := p.value("fingerprint " + lang + " ")
		p.compare(words, p.at, lang, *c, c.Name)
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if !bytes.Equal(c.Text(), text) {
		return nil, errSpelling
	}
	return c, nil
}

// check holds a card to what every person in a roster is held to.
func (c Card) check() error {
	if err := checkRosterName(c.Name); err != nil {
		return err
	}
	if hasSecret([]byte(c.Name)) || hasSecret([]byte(c.Key)) {
		return ErrSecretKey
	}
	name := KeyNameAdministrator
	if c.Recipient != nil {
		name = KeyNameReviewer
	}
	if err := checkKey(c.Key, name); err != nil {
		return fmt.Errorf("%.40q: %w", c.Name, err)
	}
	if c.Recipient != nil {
		if err := checkRecipient(c.Recipient); err != nil {
			return fmt.Errorf("%.40q: %w", c.Name, err)
		}
	}
	return nil
}

func recipientText(r *age.HybridRecipient) string {
	if r == nil {
		return ""
	}
	return r.String()
}
