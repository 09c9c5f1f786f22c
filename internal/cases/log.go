package cases

import (
	"errors"
	"fmt"

	"amana/internal/workspace"
)

// shelf is where the entries are, by their id. None is ever changed or removed.
const shelf = "coding"

// entries returns all entries of a workspace by their id.
//
// Their signatures are not verified again: that was done before they were put there,
// and nobody can change a record without the workspace's key. [Verify] does it.
func entries(w *workspace.Workspace) (map[string]*Signed, error) {
	all := make(map[string]*Signed)
	words := make(map[string]string) // those that stand in many entries, once
	for item, err := range w.Shelf(shelf).All() {
		if err != nil {
			return nil, err
		}
		s, err := parse(item.Value)
		if err == nil && s.ID != item.Key {
			err = ErrEntry
		}
		if errors.Is(err, ErrVersion) {
			return nil, workspace.ErrVersion
		}
		if err != nil {
			return nil, fmt.Errorf("%w: an entry of the coding: %w", workspace.ErrDamaged, err)
		}
		for _, word := range []*string{&s.Schema, &s.By, &s.Name, &s.Field, &s.Day, &s.Subject} {
			if words[*word] == "" {
				words[*word] = *word
			}
			*word = words[*word]
		}
		all[s.ID] = s
	}
	return all, nil
}

// Writes returns the records of entries, to be kept in one transaction with the link
// of custody that tells of them. An entry whose signature does not hold is refused.
func Writes(all ...*Signed) ([]workspace.Write, error) {
	var writes []workspace.Write
	for _, s := range all {
		if err := s.check(); err != nil {
			return nil, err
		}
		if err := s.verify(); err != nil {
			return nil, fmt.Errorf("entry %.10s…: %w", s.ID, err)
		}
		writes = append(writes, workspace.Write{Shelf: shelf, Key: idOf(s.Text()), Value: s.record()})
	}
	return writes, nil
}

// Verify verifies the signature of every entry of a workspace, and returns how many
// there are.
func Verify(w *workspace.Workspace) (int, error) {
	all, err := entries(w)
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		if err := s.verify(); err != nil {
			return 0, fmt.Errorf("entry %.10s… of the coding: %w", s.ID, err)
		}
	}
	return len(all), nil
}
