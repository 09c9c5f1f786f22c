package facts

import (
	"fmt"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/selection"
	"amana/internal/testimony"
)

// The fields of reviewers' coding that are read here besides those behind [cases.FactPrefix].
const (
	corroboration = "corroboration"
	legal         = "legal"
)

// Of returns what is counted of a case. Only what the selection shows is read.
func Of(sel *selection.Selection, c *cases.Case) (*Facts, error) {
	f := &Facts{Case: c.ID, One: make(map[string]string), Many: make(map[string][]string), Dates: make(map[string]Span)}
	var accounts []*account
	var contested []string
	for _, thread := range c.Threads {
		var all []*testimony.Testimony
		for _, ref := range thread.Refs {
			if ref.Kind != testimony.First && ref.Kind != testimony.Addition {
				continue
			}
			t, err := sel.Testimony(ref)
			if err != nil {
				return nil, fmt.Errorf("facts of case %s: %w", c.ID, err)
			}
			all = append(all, t)
		}
		if len(all) == 0 {
			continue
		}
		f.Sources++
		a := sent(all)
		coded, differ := codedOf(c.Values, thread.ID)
		coded.over(a)
		for _, key := range differ {
			a.drop(key)
		}
		f.note(coded)
		contested = append(contested, differ...)
		accounts = append(accounts, a)
	}
	f.merge(accounts)
	for _, key := range contested {
		f.drop(key)
		f.differ(key)
	}
	f.reviewed(c)
	slices.Sort(f.Differ)
	slices.Sort(f.Coded)
	return f, nil
}

// reviewed puts what reviewers coded of the case as a whole over the rest.
func (f *Facts) reviewed(c *cases.Case) {
	coded, differ := codedOf(c.Values, c.ID)
	a := &account{f.One, f.Many, f.Dates, f.Places}
	for key := range coded.keys() {
		f.settle(key)
	}
	if coded.places != nil {
		f.Transfers = transfers(coded.places)
	}
	coded.over(a)
	f.Places = telling(a.places)
	for key, codes := range coded.many {
		if _, ok := together(key, [][]string{codes}); !ok {
			differ = append(differ, key)
		}
	}
	for _, key := range severally {
		if code := f.One[key]; code != "" {
			f.Many[key] = []string{code}
			delete(f.One, key)
		}
	}
	for _, key := range differ {
		f.drop(key)
		f.differ(key)
	}
	f.note(coded)
	f.Corroboration = agreed(c, corroboration)
	switch terms := agreed(c, legal); {
	case slices.Contains(terms, "internal_desertion") == slices.Contains(terms, "external_desertion"):
	case slices.Contains(terms, "internal_desertion"):
		f.Desertion = "internal"
	default:
		f.Desertion = "external"
	}
}

// settle takes a key from those on which testimonies differ.
func (f *Facts) settle(key string) {
	f.Differ = slices.DeleteFunc(f.Differ, func(k string) bool { return k == key })
}

func (f *Facts) drop(key string) {
	(&account{f.One, f.Many, f.Dates, nil}).drop(key)
	if key == placesKey {
		f.Places, f.Transfers = nil, nil
	}
}

func (f *Facts) note(coded *account) {
	for key := range coded.keys() {
		if !slices.Contains(f.Coded, key) {
			f.Coded = append(f.Coded, key)
		}
	}
}

// codedOf returns what reviewers coded of the answers of a subject, and the keys on
// which their coding differs.
func codedOf(values []cases.Value, subject string) (*account, []string) {
	a, byKey, rows := newAccount(), make(map[string]string), make(map[string]string)
	var differ []string
	for _, v := range values {
		key, ok := strings.CutPrefix(v.Field, cases.FactPrefix)
		if !ok || v.Subject != subject {
			continue
		}
		whole := key
		if isPlace(key) {
			whole = placesKey
		}
		if before, twice := byKey[key]; twice && before != v.Value {
			differ = append(differ, whole)
		}
		byKey[key] = v.Value
	}
	for key, value := range byKey {
		if isPlace(key) {
			rows[key] = value
			continue
		}
		if !slices.Contains(differ, key) && !a.set(key, value) && value == "" {
			a.one[key] = "" // coded as not known
		}
	}
	if len(rows) > 0 && !slices.Contains(differ, placesKey) {
		a.places = append([]Place{}, placesOf(rows)...)
	}
	slices.Sort(differ)
	return a, slices.Compact(differ)
}

// keys yields the keys of which an account says something.
func (a *account) keys() func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range a.one {
			if !yield(key) {
				return
			}
		}
		for key := range a.many {
			if !yield(key) {
				return
			}
		}
		for key := range a.dates {
			if !yield(key) {
				return
			}
		}
		if a.places != nil {
			yield(placesKey)
		}
	}
}

// over puts an account in the place of what another says on the same keys.
func (a *account) over(b *account) {
	for key, code := range a.one {
		b.drop(key)
		if code != "" {
			b.one[key] = code
		}
	}
	for key, codes := range a.many {
		b.many[key] = codes
	}
	for key, span := range a.dates {
		b.dates[key] = span
	}
	if a.places != nil {
		b.places = a.places
	}
}

func (a *account) drop(key string) {
	delete(a.one, key)
	delete(a.many, key)
	delete(a.dates, key)
	if key == placesKey {
		a.places = nil
	}
}

// agreed returns the codes of a field that takes many, of the case and its threads
// together; of a subject on which reviewers differ there are none.
func agreed(c *cases.Case, field string) []string {
	said := make(map[string]string)
	differ := make(map[string]bool)
	for _, v := range c.Values {
		if v.Field != field {
			continue
		}
		before, twice := said[v.Subject]
		differ[v.Subject] = differ[v.Subject] || twice && before != v.Value
		said[v.Subject] = v.Value
	}
	var all []string
	for subject, value := range said {
		if !differ[subject] {
			all = append(all, split(value)...)
		}
	}
	return sorted(all)
}
