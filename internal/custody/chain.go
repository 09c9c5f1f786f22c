package custody

import (
	"errors"
	"fmt"

	"amana/internal/attest"
	"amana/internal/workspace"
)

// Fault is one thing that is not as it was.
type Fault struct {
	// Where is what is wrong: "link", "signature", "signer", "head", "index", "document",
	// "original", "manifest", "rosters", "coding", "missing" or "unrecorded".
	Where string `json:"where"`
	Which string `json:"which"` // a link's number, a testimony's id, a bundle's hash, a shelf
	What  string `json:"what"`  // one sentence, in English
}

// String says where and what.
func (f Fault) String() string { return fmt.Sprintf("%s %s: %s", f.Where, f.Which, f.What) }

// walk goes through the whole chain and tells fn of every link that can be read, in
// order; what is wrong with the chain goes to fault. Its error is that of the disk.
func (l *Log) walk(fn func(*Link), fault func(Fault)) (Head, error) {
	say := func(where string, n int, format string, args ...any) {
		fault(Fault{where, fmt.Sprint(n), fmt.Sprintf(format, args...)})
	}
	head, err := l.Head()
	if err != nil {
		if !spoilt(err) {
			return head, err
		}
		say("head", 0, "the head of the record cannot be read: it was changed")
		head = Head{0, first}
	}
	before, known := Head{0, first}, true // the link before, and whether it could be read
	for n := 1; ; n++ {
		link, err := l.link(n)
		if err != nil && !spoilt(err) {
			return head, err
		}
		if errors.Is(err, errMissing) && n > head.Number {
			break
		}
		if n == head.Number+1 {
			say("head", head.Number, "the head names this link as the last, and link %d follows it: the record was set back", n)
		}
		if err != nil {
			what := "its bytes were changed"
			if errors.Is(err, errMissing) {
				what = "it is missing: it was taken out"
			}
			say("link", n, "%s", what)
			known = false
			continue
		}
		switch hash := link.Hash(); {
		case link.Number != n:
			say("link", n, "link %d stands in its place: the order was changed", link.Number)
		case known && link.Before != before.Hash:
			say("link", n, "it does not follow link %d as that stands here: one of the two was changed or put in", n-1)
		case n == head.Number && hash != head.Hash:
			say("head", n, "the head names another link than the last one here: the last was changed")
		}
		if attest.Verify(attest.Custody, link.Key, []byte(link.statement()), link.Signature) != nil {
			say("signature", n, "the signature of %s does not fit what it says", link.By)
		}
		before, known = Head{n, link.Hash()}, true
		fn(link)
	}
	return head, nil
}

// errMissing is about a link that is not there.
var errMissing = fmt.Errorf("%w: it is missing", ErrBroken)

// spoilt tells an error about what was changed from one of the disk.
func spoilt(err error) bool {
	return errors.Is(err, ErrBroken) || errors.Is(err, workspace.ErrDamaged)
}

// Chain checks every link, its place and its signature, and returns the head and what
// is wrong. It looks at no original: [Verify] does.
func (l *Log) Chain() (Head, []Fault, error) {
	var faults []Fault
	head, err := l.walk(func(*Link) {}, func(f Fault) { faults = append(faults, f) })
	return head, faults, err
}

// Contains tells whether the chain goes on from a head that was written down earlier:
// whether it has that link, unchanged.
func (l *Log) Contains(h Head) (bool, error) {
	if h.Number == 0 {
		return true, nil
	}
	link, err := l.link(h.Number)
	if spoilt(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return link.Hash() == h.Hash, nil
}
