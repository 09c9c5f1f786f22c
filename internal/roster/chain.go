package roster

import "fmt"

// Follows tells if next may take the place of previous: it has the next number,
// names previous by its hash, begins no earlier, and enough administrators of
// previous signed it. With no previous, next is the first roster, signed by
// enough of its own administrators. Errors wrap [ErrChain] or [ErrSignatures].
//
// It knows no clock: see [Roster.InForce].
func Follows(previous, next *Signed) error {
	if next == nil {
		return fmt.Errorf("%w: there is none", ErrChain)
	}
	by := &next.Roster
	if previous != nil {
		by = &previous.Roster
		if err := previous.intact(); err != nil {
			return err
		}
		if err := after(by, &next.Roster); err != nil {
			return err
		}
	} else if next.Epoch != 1 {
		return fmt.Errorf("%w: the first one must be roster 1, and this is roster %d", ErrChain, next.Epoch)
	}
	signers, err := next.signers(by)
	if err != nil {
		return err
	}
	// A roster that was not read by this package may ask for no signature.
	if need := max(1, by.Signatures); len(signers) < need {
		return fmt.Errorf("%w: roster %d must be signed by %d administrators of roster %d, and %d of them did. Let another one sign it", ErrSignatures, next.Epoch, need, by.Epoch, len(signers))
	}
	return nil
}

func after(previous, next *Roster) error {
	switch {
	case uint64(next.Epoch) > uint64(previous.Epoch)+1:
		return fmt.Errorf("%w: this is roster %d, and the last one before it is roster %d. Take roster %d first", ErrChain, next.Epoch, previous.Epoch, previous.Epoch+1)
	case next.Epoch <= previous.Epoch:
		return fmt.Errorf("%w: it is roster %d, and roster %d is there already", ErrChain, next.Epoch, previous.Epoch)
	case next.Previous != previous.Sum():
		return fmt.Errorf("%w: it was made to follow another roster %d than the one here. Compare their fingerprints with the administrators", ErrChain, previous.Epoch)
	case next.From < previous.From:
		return fmt.Errorf("%w: it begins on %s, before roster %d did (%s)", ErrChain, next.From, previous.Epoch, previous.From)
	}
	return nil
}

// VerifyChain tells if rosters begin with the first one and each follows the one
// before it. Errors wrap [ErrChain] or [ErrSignatures].
func VerifyChain(rosters []*Signed) error {
	if len(rosters) == 0 {
		return fmt.Errorf("%w: there is no roster", ErrChain)
	}
	var previous *Signed
	for _, next := range rosters {
		if err := Follows(previous, next); err != nil {
			return err
		}
		previous = next
	}
	return nil
}
