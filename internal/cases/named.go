package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"amana/internal/names"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// Named returns what sources say of the person that each thread is about, for
// comparing: what the page of his name and the answers say, and what reviewers coded in
// their place. Threads that were withdrawn, and those that name nobody, are left out and
// counted.
func (c *Coding) Named(ctx context.Context, w *workspace.Workspace) (people []names.Person, left int, err error) {
	for _, one := range c.Cases {
		for _, t := range one.Threads {
			if err := context.Cause(ctx); err != nil {
				return nil, 0, err
			}
			if t.Withdrawn {
				left++
				continue
			}
			p, err := named(w, one, t)
			if err != nil {
				return nil, 0, err
			}
			if p.Named() {
				people = append(people, p)
			} else {
				left++
			}
		}
	}
	return people, left, nil
}

// Name returns what sources say of the person that a thread is about.
func (c *Coding) Name(w *workspace.Workspace, thread string) (names.Person, error) {
	one := c.Case(thread)
	if one == nil {
		return names.Person{}, ErrSubject
	}
	return named(w, one, c.fold.threads[thread])
}

func named(w *workspace.Workspace, one *Case, t *Thread) (names.Person, error) {
	var all []map[string]string
	for _, ref := range t.Refs {
		if ref.Kind == testimony.Withdrawal || ref.Kind == testimony.Fetched {
			continue
		}
		data, err := w.Document(ref.ID)
		if err != nil {
			return names.Person{}, err
		}
		var said struct {
			Answers map[string]string `json:"answers"`
		}
		if json.Unmarshal(data, &said) != nil {
			return names.Person{}, fmt.Errorf("%w: the document of %s", workspace.ErrDamaged, ref.ID)
		}
		all = append(all, said.Answers)
	}
	coded := make(map[string]string)
	for _, subject := range []string{t.ID, one.ID} { // what is coded of the person stands over what is coded of one source
		for _, v := range one.Values {
			if key, ok := strings.CutPrefix(v.Field, FactPrefix); ok && v.Subject == subject {
				coded[key] = v.Value
			}
		}
	}
	return names.Of(t.ID, one.ID, append(all, coded)...), nil
}
