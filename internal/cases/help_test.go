package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"amana/internal/keyfile"
	"amana/internal/rig"
	"amana/internal/workspace"

	"filippo.io/age"
)

// thread returns the id of a thread that is made of one digit.
func thread(digit string) string { return strings.Repeat(digit, 32) }

// machine is what one reviewer has.
type machine struct {
	key     *keyfile.Key
	author  Author
	threads map[string]*Thread
	all     map[string]*Signed
	people  *People
}

// reviewers returns people with a roster of all, and a machine for each, with threads
// of the given digits.
func reviewers(t testing.TB, digits string, names ...string) (*rig.Org, []*machine) {
	t.Helper()
	org, err := rig.NewOrg(names...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := org.Next(rig.Day(-10), rig.Day(100)); err != nil {
		t.Fatal(err)
	}
	var all []*machine
	for _, key := range org.Reviewers {
		all = append(all, newMachine(t, key, digits, peopleOf(org)))
	}
	return org, all
}

func newMachine(t testing.TB, key *keyfile.Key, digits string, people *People) *machine {
	t.Helper()
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{key: key, author: Author{key.Name, key.VerifierKey(), signer}, all: make(map[string]*Signed), threads: make(map[string]*Thread), people: people}
	for digit := range strings.SplitSeq(digits, "") {
		if digit != "" {
			m.threads[thread(digit)] = &Thread{ID: thread(digit), Refs: []workspace.Ref{{ID: thread(digit), Thread: thread(digit)}}}
		}
	}
	return m
}

func peopleOf(org *rig.Org) *People {
	p := &People{known: make(map[string][]tenure)}
	p.take(org.Rosters)
	return p
}

func (m *machine) coding() *Coding { return newFold(m.threads, m.all, m.people).coding() }

func (m *machine) add(all ...*Signed) {
	for _, s := range all {
		m.all[s.ID] = s
	}
}

func (m *machine) do(t testing.TB, p *Plan, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	signed, err := p.Sign(m.author, "")
	if err != nil {
		t.Fatal(err)
	}
	m.add(signed...)
}

func (m *machine) link(t testing.TB, subjects ...string) {
	t.Helper()
	p, err := m.coding().Link(subjects...)
	m.do(t, p, err)
}

func (m *machine) unlink(t testing.TB, threads ...string) {
	t.Helper()
	p, err := m.coding().Unlink(threads...)
	m.do(t, p, err)
}

func (m *machine) code(t testing.TB, subject, field, value string, over bool) *Signed {
	t.Helper()
	e, _, err := m.coding().Code(m.author.Key, subject, field, value, over)
	if err != nil {
		t.Fatal(err)
	}
	if e == nil {
		return nil
	}
	s, err := m.author.Sign(*e)
	if err != nil {
		t.Fatal(err)
	}
	m.add(s)
	return s
}

// file returns the exchange file of a machine, for all the others.
func (m *machine) file(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	to, _ := m.people.Others(m.author.Key)
	if _, err := m.coding().WriteExchange(&out, m.author, to); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (m *machine) ids() (ids []age.Identity) {
	for _, id := range m.key.Identities {
		ids = append(ids, id)
	}
	return ids
}

func (m *machine) take(file []byte) (*Merged, error) {
	return m.coding().Merge(func() (io.Reader, error) { return bytes.NewReader(file), nil }, m.ids(), func(all []*Signed) error {
		m.add(all...)
		return nil
	})
}

func (m *machine) clone() *machine {
	c := *m
	c.all = maps.Clone(m.all)
	return &c
}

// says returns all that a machine has to say of its cases, in one spelling.
func (m *machine) says() string {
	c := m.coding()
	var b strings.Builder
	for _, one := range c.Cases {
		data, _ := json.Marshal(one)
		fmt.Fprintf(&b, "%s\n%v\n%v\n%v\n", data, one.Contested(), c.Contradicted(one), c.History(one))
	}
	fmt.Fprintf(&b, "%v %d", c.Idle, c.Waiting)
	return b.String()
}

// groups returns the digits of the threads of each case.
func (m *machine) groups() string {
	var all []string
	for id := range m.threads {
		one := m.coding().Case(id)
		if one.Threads[0].ID == id {
			s := ""
			for _, t := range one.Threads {
				s += t.ID[:1]
			}
			all = append(all, s)
		}
	}
	sortStrings(all)
	return strings.Join(all, " ")
}
