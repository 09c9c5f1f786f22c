package custody

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"amana/internal/roster"
)

// Result is what [Log.Verify] found.
type Result struct {
	Head       Head     `json:"head"`
	Links      int      `json:"links"`
	Signers    []Signer `json:"signers"`
	Servers    []Server `json:"servers"`
	Bundles    int      `json:"bundles"`
	Originals  int      `json:"originals"` // compared, byte for byte
	Bytes      int64    `json:"bytes"`     // of the originals
	Faults     []Fault  `json:"faults"`
	More       int      `json:"more"`       // faults besides those listed
	Notes      []string `json:"notes"`      // what is no fault and should be known, in English
	Unrecorded int      `json:"unrecorded"` // envelopes that the record does not tell of
}

// Signer is somebody who signed links.
type Signer struct {
	Name   string   `json:"name"`
	Key    string   `json:"key"`
	Links  int      `json:"links"`
	Epochs []uint32 `json:"epochs"` // of the rosters that name the key
	First  string   `json:"first"`  // day of the first link
	Last   string   `json:"last"`
}

// Server is a server whose bundles are in the workspace.
type Server struct {
	Intake   string `json:"intake"`
	Rosters  int    `json:"rosters"`
	First    string `json:"first"`    // SHA-256 of the first roster
	Compared bool   `json:"compared"` // its key was compared with one from elsewhere, the index says
	Pinned   bool   `json:"pinned"`   // so was the first roster

	Chain []*roster.Signed `json:"-"` // from the first on
}

// mostFaults is how many faults are listed.
const mostFaults = 1000

// verifier is one verification on its way.
type verifier struct {
	*Log
	mu      sync.Mutex
	result  Result
	all     map[string]*recorded // by id
	signers map[string]*Signer   // by key and name
	coded   map[sum]int          // entries of the coding, with the first link that names them

	rosters map[string]map[uint32]*roster.Signed // by the server's key and epoch
	sums    map[string]map[uint32]sum            // of them
}

// Verify holds the whole workspace against its record: the chain and its signatures,
// who signed, what the index says of every envelope, every original byte for byte
// against the record and against what the server signed, and the rosters as one chain.
// progress, which may be nil, is told how many bytes of originals were read.
//
// Its error is about what makes verifying useless: the disk, or Ctrl-C. What was
// changed is in the result.
func (l *Log) Verify(ctx context.Context, progress func(int64)) (*Result, error) {
	v := &verifier{Log: l, all: make(map[string]*recorded), signers: make(map[string]*Signer), coded: make(map[sum]int), rosters: make(map[string]map[uint32]*roster.Signed), sums: make(map[string]map[uint32]sum)}
	v.result = Result{Signers: []Signer{}, Servers: []Server{}, Faults: []Fault{}, Notes: []string{}}
	for _, step := range []func(context.Context) error{
		v.chain,
		v.readBundles,
		v.whoSigned,
		func(ctx context.Context) error { return v.originals(ctx, progress) },
		v.rest,
		v.strays,
	} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("verify custody: %w", err)
		}
	}
	return &v.result, nil
}

func (v *verifier) fault(f Fault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.result.Faults) < mostFaults {
		v.result.Faults = append(v.result.Faults, f)
	} else {
		v.result.More++
	}
}

func (v *verifier) say(where, which, format string, args ...any) {
	v.fault(Fault{where, which, fmt.Sprintf(format, args...)})
}

func (v *verifier) note(format string, args ...any) {
	v.result.Notes = append(v.result.Notes, fmt.Sprintf(format, args...))
}

// chain goes through the links, and gathers what they say of envelopes.
func (v *verifier) chain(ctx context.Context) error {
	day := ""
	head, err := v.walk(func(l *Link) {
		v.result.Links++
		if l.Day < day {
			v.note("Link %d is of %s, and one before it of %s: the clock of a machine was wrong.", l.Number, l.Day, day)
		}
		day = max(day, l.Day)
		s := v.signers[l.Key+" "+l.By]
		if s == nil {
			s = &Signer{Name: l.By, Key: l.Key, First: l.Day}
			v.signers[l.Key+" "+l.By] = s
		}
		s.Links++
		s.Last = l.Day
		v.coding(l)
		remember(l, v.all, func(id, what string) {
			v.say("link", fmt.Sprint(l.Number), "it says of testimony %s, of how it was %s, another thing than an earlier link", id, what)
		})
	}, v.fault)
	v.result.Head = head
	return err
}

// whoSigned holds those who signed the record against the rosters.
func (v *verifier) whoSigned(context.Context) error {
	for _, s := range v.signers {
		named := false
		for i := range v.result.Servers {
			for _, r := range v.result.Servers[i].Chain {
				if who := r.FindKey(s.Key); who != nil {
					s.Epochs = append(s.Epochs, r.Epoch)
					named = named || who.Name == s.Name
				}
			}
		}
		slices.Sort(s.Epochs)
		s.Epochs = slices.Compact(s.Epochs)
		switch {
		case len(v.result.Servers) == 0:
			v.note("No roster is here that could show whether %s is a reviewer.", s.Name)
		case len(s.Epochs) == 0:
			v.say("signer", s.Key, "%s signed %s and is a reviewer in no roster that came", s.Name, countLinks(s.Links))
		case !named:
			v.say("signer", s.Key, "it signed as %s, and the rosters name another", s.Name)
		}
		v.result.Signers = append(v.result.Signers, *s)
	}
	slices.SortFunc(v.result.Signers, func(a, b Signer) int { return cmp.Or(cmp.Compare(b.Links, a.Links), cmp.Compare(a.Key, b.Key)) })
	return nil
}

func countLinks(n int) string {
	if n == 1 {
		return "1 link"
	}
	return fmt.Sprintf("%d links", n)
}

// rest looks for what stands in the index and not in the record, and reads every
// record of the index that nothing else has read.
func (v *verifier) rest(ctx context.Context) error {
	for r, err := range v.w.Refs() {
		if spoilt(err) {
			break // named below
		}
		if err != nil {
			return err
		}
		if v.all[r.ID] == nil {
			v.result.Unrecorded++
			v.say("unrecorded", r.ID, "the workspace has it, and the record does not tell how it came")
		}
	}
	if err := v.entries(); err != nil {
		return err
	}
	if v.w.FellBack() {
		v.say("index", "first pages", "one of the two is spoilt, so that the index stands as it was before its last change: what was recorded last is gone. A power cut can do that, and so can a hand")
	}
	shelves, err := v.w.Shelves()
	if err != nil {
		return err
	}
	for _, name := range shelves {
		for _, err := range v.w.Shelf(name).All() {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if spoilt(err) {
				v.say("index", name, "a record on this shelf was changed")
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}
