// Package rewrap moves testimonies to other reviewers: it makes a new age header
// that opens an old payload, and shows that another one does. The payload is
// never needed.
//
// It handles file keys and the identities of reviewers, so it is for offline
// machines only and may never be linked into the server. It may not touch files
// or the network, and it writes no secret anywhere. docs/formats-rotation.md
// describes what its headers are carried in.
package rewrap

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"amana/internal/carry"

	"filippo.io/age"
)

// What can be wrong with a header. Errors of this package about one wrap one of
// them.
var (
	ErrNotOurs  = errors.New("it is not for this key")
	ErrDamaged  = errors.New("it is damaged or was made wrongly")
	ErrOtherKey = errors.New("it does not belong to this testimony: its file key is another")
)

// maxHeader is the largest header that a vault takes, in bytes.
const maxHeader = 1 << 20

// Wrapper makes new headers for the same recipients. It may be used by several
// goroutines at once.
type Wrapper struct {
	ids []age.Identity
	to  []*age.HybridRecipient
	own age.Identity // one of ids, which knows its stanza; nil if none is among the recipients
}

// New returns a Wrapper that unwraps with ids and wraps for the recipients to,
// all of which must be age's hybrid ones.
func New(ids []*age.HybridIdentity, to []age.Recipient) (*Wrapper, error) {
	if len(ids) == 0 {
		return nil, errors.New("rewrap: no key was given")
	}
	if len(to) == 0 {
		return nil, errors.New("rewrap: no recipients were given")
	}
	w := &Wrapper{ids: identities(ids)}
	names := make([]string, len(to))
	for i, r := range to {
		hybrid, ok := r.(*age.HybridRecipient)
		if !ok || hybrid == nil {
			return nil, fmt.Errorf("rewrap: recipient %d is not post-quantum (age1pq1…)", i+1)
		}
		w.to = append(w.to, hybrid)
		names[i] = hybrid.String()
	}
	for _, id := range ids {
		if i := slices.Index(names, id.Recipient().String()); i >= 0 && w.own == nil {
			w.own = ownStanza{id, i}
		}
	}
	return w, nil
}

// Header unwraps the file key of the age header old and wraps it for the
// recipients: a new header that opens the same payload. Before it returns, age
// itself opens the result: with an identity that is among the recipients, and if
// none is by the file key alone, which the MAC must fit.
//
// The error wraps [ErrNotOurs] if old is not for the identities, and [ErrDamaged]
// if it is not exactly one age header with the right MAC.
func (w *Wrapper) Header(old []byte) ([]byte, error) {
	if !carry.WholeHeader(old) {
		return nil, fmt.Errorf("old header: %w", ErrDamaged)
	}
	key, err := unwrap(old, w.ids)
	if err != nil {
		return nil, fmt.Errorf("old header: %w", err)
	}
	defer clear(key)
	next, err := wrap(key, w.to)
	if err != nil {
		return nil, fmt.Errorf("new header: %w", err)
	}
	if !w.proved(next, key) {
		return nil, errors.New("new header: it does not open; nothing was made of it")
	}
	return next, nil
}

func identities(ids []*age.HybridIdentity) []age.Identity {
	all := make([]age.Identity, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}

// unwrap returns the file key of a header. The caller clears it.
func unwrap(header []byte, ids []age.Identity) ([]byte, error) {
	key, err := age.DecryptHeader(header, ids...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, ErrNotOurs
	}
	if err != nil {
		return nil, ErrDamaged // age's words quote the header, which strangers wrote
	}
	return key, nil
}

// wrap writes a header as C2SP age.md has it: the version, a stanza for each
// recipient with its body in base 64 of 64 columns, and the MAC of all that.
func wrap(key []byte, to []*age.HybridRecipient) ([]byte, error) {
	out := make([]byte, 0, 100+1700*len(to))
	out = append(out, "age-encryption.org/v1\n"...)
	for i, r := range to {
		stanzas, err := r.Wrap(key)
		if err != nil {
			return nil, fmt.Errorf("wrap for recipient %d: %w", i+1, err)
		}
		for _, s := range stanzas {
			out = appendStanza(out, s)
		}
	}
	out = append(out, "---"...)
	mac, err := headerMAC(key, out)
	if err != nil {
		return nil, err
	}
	out = appendMAC(out, mac)
	if len(out) > maxHeader {
		return nil, fmt.Errorf("a header for %d recipients is larger than %d bytes", len(to), maxHeader)
	}
	return out, nil
}

// columns is the length of a full line of a stanza's body. The last line is
// shorter, and so may be empty.
const columns = 64

func appendStanza(out []byte, s *age.Stanza) []byte {
	out = append(out, "-> "...)
	out = append(out, s.Type...)
	for _, arg := range s.Args {
		out = append(out, ' ')
		out = append(out, arg...)
	}
	out = append(out, '\n')
	body := base64.RawStdEncoding.EncodeToString(s.Body)
	for len(body) >= columns {
		out = append(out, body[:columns]...)
		out = append(out, '\n')
		body = body[columns:]
	}
	out = append(out, body...)
	return append(out, '\n')
}

// headerMAC returns the MAC of a header, of which text is all up to and with the
// dashes of its last line.
func headerMAC(key, text []byte) ([]byte, error) {
	macKey, err := hkdf.Key(sha256.New, key, nil, "header", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive key of MAC: %w", err)
	}
	defer clear(macKey)
	h := hmac.New(sha256.New, macKey)
	h.Write(text)
	return h.Sum(nil), nil
}

// appendMAC ends the last line of a header.
func appendMAC(out, mac []byte) []byte {
	out = append(out, ' ')
	out = base64.RawStdEncoding.AppendEncode(out, mac)
	return append(out, '\n')
}

// proved tells whether age opens the new header to the right file key.
func (w *Wrapper) proved(next, key []byte) bool {
	if w.own == nil {
		return fits(next, key)
	}
	got, err := age.DecryptHeader(next, w.own)
	defer clear(got)
	return err == nil && subtle.ConstantTimeCompare(got, key) == 1
}

// ownStanza is an identity that knows which stanza is its own, and so needs one
// decapsulation however many there are.
type ownStanza struct {
	id *age.HybridIdentity
	at int
}

func (o ownStanza) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if o.at >= len(stanzas) {
		return nil, age.ErrIncorrectIdentity
	}
	return o.id.Unwrap(stanzas[o.at : o.at+1])
}
