package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Code plans a coding: a value, checked by [Codebook.Check], of a case or a thread. It
// replaces what the author coded there before, and what others did if over is true;
// otherwise their differing values stay beside it, as a difference. Others are the
// differing values of other reviewers that stand there. What a source took back is added
// to, and goes only where it is taken back whole: who takes back a second use has not
// given the first again.
func (c *Coding) Code(by, subject, field, value string, over bool) (e *Entry, others []Value, err error) {
	one := c.Case(subject)
	if one == nil {
		return nil, nil, fmt.Errorf("%w in this workspace", ErrSubject)
	}
	e = &Entry{Subject: subject, Field: field, Value: value}
	if field == FieldNote {
		return e, nil, nil // notes stand beside each other
	}
	mine := false
	// What this version does not know withholds everything; it is not added to, and stands.
	stays := func(v *Value) bool {
		_, all := Withheld(v.Value)
		return field == FieldWithhold && value != "" && all
	}
	if field == FieldWithhold && value != "" {
		codes := strings.Split(value, Joiner)
		for _, v := range one.Values {
			if v.Subject == subject && v.Field == field && v.Value != "" && (v.By == by || over) && !stays(&v) {
				codes = append(codes, strings.Split(v.Value, Joiner)...)
			}
		}
		slices.Sort(codes)
		value = strings.Join(slices.Compact(codes), Joiner)
		e.Value = value
	}
	for _, v := range one.Values {
		if v.Subject != subject || v.Field != field || stays(&v) {
			continue
		}
		if v.By == by {
			mine = mine || v.Value == value
			e.Replaces = append(e.Replaces, v.Entry)
		} else if v.Value != value {
			others = append(others, v)
			if over {
				e.Replaces = append(e.Replaces, v.Entry)
			}
		}
	}
	if mine && len(e.Replaces) == 1 && (len(others) == 0 || !over) {
		return nil, others, nil // it stands there already
	}
	return e, others, nil
}

// TakeBack plans that a note, or another entry of the author's own, stands no more.
func (c *Coding) TakeBack(by, entry string) (*Entry, error) {
	for _, one := range c.Cases {
		for _, v := range one.Values {
			if v.Entry == entry && v.By == by {
				return &Entry{Subject: v.Subject, Field: v.Field, Replaces: []string{entry}}, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: there is no such entry of yours that stands", ErrSubject)
}

func sortPast(all []Past) {
	slices.SortFunc(all, func(a, b Past) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Entry, b.Entry)) })
}
