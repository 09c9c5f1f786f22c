package roster

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// Signers returns the administrators of by whose valid signature is there, in
// the order of by. If one of by's keys is named under a signature that does not
// fit, it returns nobody: the roster was changed.
func (s *Signed) Signers(by *Roster) []Administrator {
	signers, err := s.signers(by)
	if err != nil {
		return nil
	}
	return signers
}

func (s *Signed) signers(by *Roster) ([]Administrator, error) {
	if err := s.intact(); err != nil {
		return nil, err
	}
	if by == nil || len(s.sigs) == 0 {
		return nil, nil
	}
	verifiers := make([]note.Verifier, len(by.Administrators))
	for i, a := range by.Administrators {
		if err := checkKey(a.Key, KeyNameAdministrator); err != nil {
			return nil, fmt.Errorf("%w: administrator %.40q of roster %d: %w", ErrSignatures, a.Name, by.Epoch, err)
		}
		verifiers[i], _ = note.NewVerifier(a.Key)
	}
	opened, err := note.Open(s.Bytes(), note.VerifierList(verifiers...))
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: a signature under roster %d does not fit its text, so one of the two was changed after it was signed. Take the file again from the administrators", ErrSignatures, s.Epoch)
	}
	var signers []Administrator
	for i, a := range by.Administrators {
		for _, sig := range opened.Sigs {
			if sig.Name == verifiers[i].Name() && sig.Hash == verifiers[i].KeyHash() {
				signers = append(signers, a)
				break
			}
		}
	}
	return signers, nil
}

// intact tells if the fields are what was read and signed: a caller could have
// changed them.
func (s *Signed) intact() error {
	if string(s.Text()) != s.text {
		return fmt.Errorf("%w: roster %d was changed after it was read", ErrSignatures, s.Epoch)
	}
	return nil
}

// Sign returns the roster with one more signature, by an administrator's key. A
// second one by the same key is refused.
func (s *Signed) Sign(signer note.Signer) (*Signed, error) {
	if signer.Name() != KeyNameAdministrator {
		return nil, fmt.Errorf("%w: only the key of an administrator signs a roster, and this is one of %.40q", ErrSignatures, signer.Name())
	}
	if s.has(signer.Name(), signer.KeyHash()) {
		return nil, fmt.Errorf("%w: this key has signed roster %d already", ErrSignatures, s.Epoch)
	}
	signed, err := note.Sign(&note.Note{Text: s.text}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign roster %d: %w", s.Epoch, err)
	}
	data := s.Bytes()
	if len(s.sigs) == 0 {
		data = append(data, '\n')
	}
	next, err := Open(append(data, signed[len(s.text)+1:]...))
	if err != nil {
		return nil, fmt.Errorf("sign roster %d: %w", s.Epoch, err)
	}
	return next, nil
}
