package cases

import (
	"maps"
	"slices"

	"amana/internal/roster"
	"amana/internal/workspace"
)

// People are the reviewers whose entries count: those of the rosters that came with
// bundles of the servers that the workspace trusts.
type People struct {
	// Newest are the last rosters, one of each server's chain.
	Newest []*roster.Signed
	// Broken names the servers whose rosters are no chain from the first on: only those
	// before the break count.
	Broken []string

	known map[string][]tenure // by verifier key, one of each chain
}

// tenure is how long somebody was a reviewer.
type tenure struct {
	name string // in the last roster that has them
	left string // first day of the roster from which on they are not in it; empty if they are
}

// ReadPeople reads the reviewers of a workspace.
func ReadPeople(w *workspace.Workspace) (*People, error) {
	p := &People{known: make(map[string][]tenure)}
	for server, err := range w.Servers() {
		if err != nil {
			return nil, err
		}
		chain, whole, err := chainOf(w, &server)
		if err != nil {
			return nil, err
		}
		if !whole {
			p.Broken = append(p.Broken, server.Intake)
		}
		p.take(chain)
	}
	return p, nil
}

// chainOf returns the rosters of a server from its first on, as far as each follows
// the one before it.
func chainOf(w *workspace.Workspace, server *workspace.Server) (chain []*roster.Signed, whole bool, err error) {
	for _, epoch := range slices.Sorted(maps.Keys(server.Rosters)) {
		text, err := w.Roster(server.Rosters[epoch])
		if err != nil {
			return nil, false, err
		}
		var before *roster.Signed
		if len(chain) > 0 {
			before = chain[len(chain)-1]
		}
		s, err := roster.Open(text)
		if err != nil || roster.Follows(before, s) != nil || before == nil && server.First != s.SHA256() {
			return chain, false, nil
		}
		chain = append(chain, s)
	}
	return chain, true, nil
}

// take takes the reviewers of a chain.
func (p *People) take(chain []*roster.Signed) {
	if len(chain) == 0 {
		return
	}
	p.Newest = append(p.Newest, chain[len(chain)-1])
	known := make(map[string]tenure)
	for _, s := range chain {
		for key, t := range known {
			if s.FindKey(key) == nil && t.left == "" {
				t.left = s.From
				known[key] = t
			}
		}
		for i := range s.Reviewers {
			known[s.Reviewers[i].Key] = tenure{name: s.Reviewers[i].Name}
		}
	}
	for key, t := range known {
		p.known[key] = append(p.known[key], t)
	}
}

// Any tells whether the workspace knows of any reviewer. One that was filled from
// bundles of before there were rosters does not: there every entry counts, and none
// can be taken from anybody else.
func (p *People) Any() bool { return len(p.known) > 0 }

// Knows tells whether a key is, or was, that of a reviewer.
func (p *People) Knows(key string) bool { return len(p.known[key]) > 0 }

// Name returns the name that rosters give the reviewer of a key; empty if none does.
func (p *People) Name(key string) string {
	if t := p.known[key]; len(t) > 0 {
		return t[0].name
	}
	return ""
}

// Now tells whether a key is that of somebody who is a reviewer still.
func (p *People) Now(key string) bool {
	return slices.ContainsFunc(p.known[key], func(t tenure) bool { return t.left == "" })
}

// counts says why an entry does not count; nothing if it does.
//
// A reviewer who left keeps what they coded before. The day is what they say: nobody
// can prove it.
func (p *People) counts(e *Entry) Why {
	switch {
	case !p.Any():
		return ""
	case !p.Knows(e.By):
		return WhyStranger
	case !slices.ContainsFunc(p.known[e.By], func(t tenure) bool { return t.left == "" || e.Day < t.left }):
		return WhyLeft
	}
	return ""
}

// Why says why an entry does not count.
type Why string

// The reasons.
const (
	WhyStranger Why = "by somebody who is in no roster of this workspace"
	WhyLeft     Why = "dated after its reviewer had left"
	WhyUnknown  Why = "of a field or a code that this version does not know"
)

// Text says the reason in a language, "ar" or "en".
func (w Why) Text(lang string) string {
	if lang != "ar" {
		return string(w)
	}
	return map[Why]string{
		WhyStranger: "كتبه من ليس في أي قائمة من قوائم المراجعين لدينا",
		WhyLeft:     "تاريخه بعد أن ترك صاحبه المراجعة",
		WhyUnknown:  "خانة أو رمز لا تعرفه هذه النسخة من البرنامج",
	}[w]
}
