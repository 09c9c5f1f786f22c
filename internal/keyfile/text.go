package keyfile

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"

	"amana/internal/agekey"
	"amana/internal/roster"

	"filippo.io/age"
)

// First lines of our files, up to the version.
const (
	reviewerIntro      = "# amana reviewer key "
	administratorIntro = "# amana administrator key "
	version            = "1"
)

// text returns the plain text of the key's file. The caller clears it.
func (k *Key) text() []byte {
	var b bytes.Buffer
	b.Grow(16 << 10) // never moved, so that clearing it leaves no copy
	if k.Administrator() {
		fmt.Fprintf(&b, "%s%s\n# name: %s\n# verifies: %s\n%s\n", administratorIntro, version, k.Name, k.vkey, k.skey)
		return b.Bytes()
	}
	id := k.Identities[0]
	fmt.Fprintf(&b, "%s%s\n# name: %s\n# public: %s\n# verifies: %s\n# signing: %s\n%s\n",
		reviewerIntro, version, k.Name, id.Recipient(), k.vkey, k.skey, id)
	return b.Bytes()
}

// parser reads the lines of a plain key file.
type parser struct {
	signs    string // the name that the signing key must have; empty in a file of age-keygen
	key      Key
	verifies string
	public   string
	seen     map[string]bool
}

// parse reads the plain text of a key file.
func parse(data []byte) (*Key, error) {
	p := parser{seen: make(map[string]bool)}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("%w: line %d %w", ErrNotIdentity, n, err)
		}
	}
	if lines.Err() != nil {
		return nil, fmt.Errorf("%w: a line is too long", ErrNotIdentity)
	}
	if err := p.end(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotIdentity, err)
	}
	return &p.key, nil
}

// reason is an error that never quotes what it is about.
type reason string

// Error returns the reason.
func (r reason) Error() string { return string(r) }

func (p *parser) line(line string) error {
	for intro, signs := range map[string]string{reviewerIntro: roster.KeyNameReviewer, administratorIntro: roster.KeyNameAdministrator} {
		v, ok := strings.CutPrefix(line, intro)
		switch {
		case !ok:
		case p.signs != "":
			return reason("begins a second key: keep each key in a file of its own")
		case len(p.key.Identities) > 0:
			return reason("begins a key after another: keep each key in a file of its own")
		case v != version:
			return reason("says that the file is of a newer version: use a newer program")
		default:
			p.signs = signs
			return nil
		}
	}
	switch {
	case line == "":
		return nil
	case strings.HasPrefix(line, "#"):
		return p.comment(line)
	case strings.HasPrefix(line, agekey.Prefix):
		return p.identity(line)
	case strings.HasPrefix(line, "PRIVATE+KEY+") && p.signs == roster.KeyNameAdministrator:
		return p.signing(line)
	case strings.HasPrefix(line, "AGE-SECRET-KEY-1"):
		return reason("is a key of the old kind, not post-quantum (" + agekey.Prefix + "…)")
	case strings.HasPrefix(line, "age1"):
		return reason("is a public recipient; the key file has lines " + agekey.Prefix + "…")
	}
	return reason("is something else")
}

// comment reads a line that age skips; in our own files some say something.
func (p *parser) comment(line string) error {
	if p.signs == "" {
		return nil
	}
	word, value, ok := strings.Cut(strings.TrimPrefix(line, "# "), ": ")
	switch {
	case !ok:
		return nil
	case word == "name":
		p.key.Name = value
		if err := CheckName(value); err != nil {
			return reason("has a name that cannot be used")
		}
	case word == "public":
		p.public = value
	case word == "verifies":
		p.verifies = value
	case word == "signing" && p.signs == roster.KeyNameReviewer:
		return p.signing(value)
	default:
		return nil
	}
	if p.seen[word] {
		return reason("says a second time what an earlier one says")
	}
	p.seen[word] = true
	return nil
}

func (p *parser) identity(line string) error {
	id, err := age.ParseHybridIdentity(line)
	if err != nil {
		return reason("is damaged or cut off")
	}
	if p.signs == roster.KeyNameAdministrator || p.signs != "" && len(p.key.Identities) > 0 {
		return reason("is an identity too many: keep each key in a file of its own")
	}
	p.key.Identities = append(p.key.Identities, id)
	return nil
}

func (p *parser) signing(skey string) error {
	vkey, ok := parseSigner(skey, p.signs)
	switch {
	case !ok:
		return reason("has a signing key that is damaged or cut off")
	case p.key.skey != "":
		return reason("has a second signing key: keep each key in a file of its own")
	}
	p.key.skey, p.key.vkey = skey, vkey
	return nil
}

// end checks that a file of ours is whole and does not contradict itself.
func (p *parser) end() error {
	switch {
	case p.signs != roster.KeyNameAdministrator && len(p.key.Identities) == 0:
		return reason("the file has no line " + agekey.Prefix + "…")
	case p.signs == "":
		return nil
	case p.key.Name == "":
		return reason("the file has no name")
	case p.key.skey == "":
		return reason("the file has no signing key")
	case p.verifies != p.key.vkey, p.signs == roster.KeyNameReviewer && p.public != p.key.Identities[0].Recipient().String():
		return reason("its public half does not belong to its secret half")
	}
	return nil
}
