// Package editions keeps, in a workspace, what was printed of the tables for others, and
// which small cells reviewers decided to print. docs/tables.md says what for;
// docs/formats-tables.md describes the records.
//
// It reads and writes records of the workspace, and nothing else. What it holds are small
// counts: it is for the reviewers alone.
package editions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"amana/internal/attest"
	"amana/internal/tables"
	"amana/internal/workspace"

	"golang.org/x/mod/sumdb/note"
)

// The shelves of this package.
const (
	editionShelf = "editions" // by number, of six digits
	revealShelf  = "reveals"  // by table, row and column
)

// ErrDamaged is wrapped by errors about a record that cannot be read. It wraps
// [workspace.ErrDamaged].
var ErrDamaged = fmt.Errorf("%w: a record of what was printed cannot be read", workspace.ErrDamaged)

// All returns the editions, the oldest first.
func All(w *workspace.Workspace) ([]*tables.Edition, error) {
	var all []workspace.Item
	for item, err := range w.Shelf(editionShelf).All() {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	slices.SortFunc(all, func(a, b workspace.Item) int { return cmp.Compare(a.Key, b.Key) })
	var editions []*tables.Edition
	for i, item := range all {
		e := new(tables.Edition)
		// One that is lost would betray differences: better none than fewer.
		if item.Key != name(i) || json.Unmarshal(item.Value, e) != nil || e.Schema != tables.EditionSchema {
			return nil, fmt.Errorf("editions: %w", ErrDamaged)
		}
		editions = append(editions, e)
	}
	return editions, nil
}

func name(i int) string { return fmt.Sprintf("%06d", i+1) }

// Publish returns the tables of a set as they may be printed for others, and the records
// that the caller must put into the workspace before it lets go of any of it: none, if it
// is the last edition again.
func Publish(w *workspace.Workspace, s *tables.Set) (*tables.Published, []workspace.Write, error) {
	o, err := options(w)
	if err != nil {
		return nil, nil, err
	}
	p := s.Protect(o)
	n := len(o.Earlier)
	if p.Repeated || n > 0 && p.Edition.Same(o.Earlier[n-1]) {
		return p, nil, nil
	}
	record, err := json.Marshal(p.Edition)
	if err != nil {
		return nil, nil, fmt.Errorf("editions: %w", err)
	}
	return p, []workspace.Write{{Shelf: editionShelf, Key: name(n), Value: record}}, nil
}

// Try returns the tables as they would be printed with one more reveal. Nothing is kept.
func Try(w *workspace.Workspace, s *tables.Set, more Reveal) (*tables.Published, error) {
	o, err := options(w)
	if err != nil {
		return nil, err
	}
	o.Reveals = append(o.Reveals, more.plain())
	return s.Protect(o), nil
}

func options(w *workspace.Workspace) (tables.Options, error) {
	earlier, err := All(w)
	if err != nil {
		return tables.Options{}, err
	}
	reveals, err := Reveals(w)
	if err != nil {
		return tables.Options{}, err
	}
	o := tables.Options{Day: time.Now().UTC().Format(time.DateOnly), Earlier: earlier}
	for _, r := range reveals {
		o.Reveals = append(o.Reveals, r.plain())
	}
	return o, nil
}

// RevealSchema is the version of a reveal.
const RevealSchema = "amana/reveal/1"

// Reveal is a reviewer's signed decision to print one small cell.
type Reveal struct {
	Schema  string `json:"schema"`
	Table   string `json:"table"` // codes of docs/tables.md
	Row     string `json:"row"`
	Column  string `json:"column"`
	Reason  string `json:"reason"`  // printed beside the cell
	Consent string `json:"consent"` // who agreed to it, if anybody was asked; not printed
	Name    string `json:"name"`    // of the reviewer
	Key     string `json:"key"`     // verifier key
	Day     string `json:"day"`
}

func (r *Reveal) plain() tables.Reveal {
	return tables.Reveal{Table: r.Table, Row: r.Row, Column: r.Column, Reason: r.Reason, By: r.Name}
}

// signed is a reveal as it is kept: the bytes that were signed, and the signature.
type signed struct {
	Statement []byte `json:"statement"`
	Signature string `json:"signature"`
}

func cell(table, row, column string) string { return strings.Join([]string{table, row, column}, "\n") }

// Sign returns the record of a reveal, signed.
func Sign(r Reveal, signer note.Signer) (workspace.Write, error) {
	r.Schema = RevealSchema
	if strings.TrimSpace(r.Reason) == "" {
		return workspace.Write{}, errors.New("editions: a reveal needs a reason")
	}
	statement, err := json.Marshal(r)
	if err != nil {
		return workspace.Write{}, fmt.Errorf("editions: %w", err)
	}
	signature, err := attest.Sign(attest.Reveal, signer, statement)
	if err != nil {
		return workspace.Write{}, fmt.Errorf("editions: %w", err)
	}
	record, err := json.Marshal(signed{statement, signature})
	if err != nil {
		return workspace.Write{}, fmt.Errorf("editions: %w", err)
	}
	return workspace.Write{Shelf: revealShelf, Key: cell(r.Table, r.Row, r.Column), Value: record}, nil
}

// Withdraw returns the write that takes a reveal away.
func Withdraw(table, row, column string) workspace.Write {
	return workspace.Write{Shelf: revealShelf, Key: cell(table, row, column)}
}

// Reveals returns the reveals in force, by day and cell, each with a signature that
// holds.
func Reveals(w *workspace.Workspace) ([]Reveal, error) {
	var all []Reveal
	for item, err := range w.Shelf(revealShelf).All() {
		if err != nil {
			return nil, err
		}
		r, err := read(item)
		if err != nil {
			return nil, fmt.Errorf("editions: reveal of %s: %w", strings.ReplaceAll(item.Key, "\n", " "), err)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Reveal) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column))
	})
	return all, nil
}

func read(item workspace.Item) (r Reveal, err error) {
	var s signed
	if json.Unmarshal(item.Value, &s) != nil || json.Unmarshal(s.Statement, &r) != nil || r.Schema != RevealSchema {
		return r, ErrDamaged
	}
	if err := attest.Verify(attest.Reveal, r.Key, s.Statement, s.Signature); err != nil {
		return r, err
	}
	if cell(r.Table, r.Row, r.Column) != item.Key {
		return r, ErrDamaged
	}
	return r, nil
}
