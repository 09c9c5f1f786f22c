// Package decrees knows the amnesty decrees: when each was issued, whether it covers
// desertion, and until when a defector could give himself up under it. decrees.toml
// holds them with their sources.
//
// It is pure computation over what it brings, and touches nothing.
package decrees

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
)

// Schema is the version of the file of decrees.
const Schema = "amana/decrees/1"

// Covers says whether a decree speaks of desertion.
type Covers string

// What is known of it.
const (
	CoversYes     Covers = "yes"
	CoversNo      Covers = "no"
	CoversUnknown Covers = "unknown"
)

// Window is days, first and last, in which a decree held.
type Window struct{ From, To string }

// Decree is one amnesty decree.
type Decree struct {
	Code   string
	Issued string // "2018-10-09"
	About  bool   // the day of issue is not sure
	Covers Covers
	// Inside and Outside are the days in which he could give himself up, for desertion
	// inside the country and abroad: none where they were not found. Between two lies
	// a gap of which nothing certain is known.
	Inside, Outside []Window
	Confidence      string // H, M or L, the lower of that of its existence and of its periods
	Source          string
}

// Low tells whether the decree, or its periods, stand in the list from memory.
func (d *Decree) Low() bool { return d.Confidence == "L" }

//go:embed decrees.toml
var builtin []byte

// All returns the decrees by day of issue.
func All() []*Decree { return readBuiltin() }

var readBuiltin = sync.OnceValue(func() []*Decree {
	all, err := Read(bytes.NewReader(builtin))
	if err != nil {
		panic(fmt.Sprintf("decrees: decrees.toml: %v", err)) // the tests have read the same bytes
	}
	return all
})

// Find returns a decree by its code, or nil.
func Find(code string) *Decree {
	for _, d := range All() {
		if d.Code == code {
			return d
		}
	}
	return nil
}

type file struct {
	Schema string
	Decree []struct {
		Code, Issued, Inside, Outside, Source string
		About                                 bool
		Covers                                Covers
		Confidence                            string
		GraceConfidence                       string `toml:"grace_confidence"`
		Extension                             []struct{ For, From, Until string }
	}
}

// Read reads a file of decrees.
func Read(r io.Reader) ([]*Decree, error) {
	var f file
	meta, err := toml.NewDecoder(r).Decode(&f)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read decrees: %w", err)
	case len(meta.Undecoded()) > 0:
		return nil, fmt.Errorf("read decrees: %v means nothing here", meta.Undecoded())
	case f.Schema != Schema:
		return nil, fmt.Errorf("read decrees: the schema is %q, not %q", f.Schema, Schema)
	}
	var all []*Decree
	for _, in := range f.Decree {
		d := &Decree{Code: in.Code, Issued: in.Issued, About: in.About, Covers: in.Covers, Source: in.Source,
			Confidence: lower(in.Confidence, in.GraceConfidence)}
		if d.Inside, err = window(in.Issued, in.Inside); err != nil {
			return nil, fmt.Errorf("read decrees: %s: inside: %w", in.Code, err)
		}
		if d.Outside, err = window(in.Issued, in.Outside); err != nil {
			return nil, fmt.Errorf("read decrees: %s: outside: %w", in.Code, err)
		}
		for _, e := range in.Extension {
			if e.For != "outside" {
				d.Inside = append(d.Inside, Window{e.From, e.Until})
			}
			if e.For != "inside" {
				d.Outside = append(d.Outside, Window{e.From, e.Until})
			}
		}
		if err := d.check(all); err != nil {
			return nil, fmt.Errorf("read decrees: %s: %w", in.Code, err)
		}
		all = append(all, d)
	}
	return all, nil
}

func lower(a, b string) string {
	if strings.Index("LMH", a) < strings.Index("LMH", b) {
		return a
	}
	return b
}

func (d *Decree) check(before []*Decree) error {
	if len(d.Confidence) != 1 || !strings.Contains("HML", d.Confidence) {
		return errors.New("the confidence is not H, M or L")
	}
	if d.Covers != CoversYes && d.Covers != CoversNo && d.Covers != CoversUnknown {
		return errors.New("covers is not yes, no or unknown")
	}
	if len(before) > 0 && before[len(before)-1].Issued > d.Issued {
		return errors.New("it was issued before the one that stands before it")
	}
	for _, all := range [][]Window{d.Inside, d.Outside} {
		last := ""
		for _, w := range all {
			for _, day := range []string{w.From, w.To} {
				if _, err := time.Parse(time.DateOnly, day); err != nil {
					return fmt.Errorf("%q is not a day", day)
				}
			}
			if w.From > w.To || w.From <= last {
				return errors.New("its days are not in order")
			}
			last = w.To
		}
	}
	return nil
}

// window returns the days from the issue to the end of a grace.
func window(issued, grace string) ([]Window, error) {
	day, err := time.Parse(time.DateOnly, issued)
	if err != nil {
		return nil, fmt.Errorf("%q is not a day", issued)
	}
	if grace == "" {
		return nil, nil
	}
	if _, err := time.Parse(time.DateOnly, grace); err == nil {
		return []Window{{issued, grace}}, nil
	}
	number, unit, _ := strings.Cut(grace, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1000 {
		return nil, fmt.Errorf("%q is neither days, months nor a last day", grace)
	}
	switch unit {
	case "days":
		day = day.AddDate(0, 0, n)
	case "months":
		day = months(day, n)
	default:
		return nil, fmt.Errorf("%q is neither days, months nor a last day", grace)
	}
	return []Window{{issued, day.Format(time.DateOnly)}}, nil
}

// months adds months to a day; where the month is too short it is its last day.
func months(day time.Time, n int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}
