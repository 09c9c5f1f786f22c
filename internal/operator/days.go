package operator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"amana/internal/durable"
)

// What the operator does, of which the day is kept: to be reminded. A day is about
// the operator, never about a source.
const (
	dayExported = "exported" // a bundle was written
)

// daysFolder holds a small file for each kind of thing that was done.
const daysFolder = "days"

// noteDay keeps that something was done today.
func (s State) noteDay(what string) error {
	if err := os.MkdirAll(s.path(daysFolder), 0o700); err != nil {
		return fmt.Errorf("note the day: %w", err)
	}
	if err := durable.Replace(filepath.Join(s.path(daysFolder), what), []byte(today()+"\n"), 0o600); err != nil {
		return fmt.Errorf("note the day: %w", err)
	}
	return nil
}

// lastDay returns the day on which something was done last, "2026-11-27", or "" if it
// never was.
func (s State) lastDay(what string) (string, error) {
	data, err := os.ReadFile(filepath.Join(s.path(daysFolder), what))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the day: %w", err)
	}
	day := strings.TrimSpace(string(data))
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", fmt.Errorf("read the day: %s does not hold one", filepath.Join(s.path(daysFolder), what))
	}
	return day, nil
}
