package main

import (
	"context"
	"io"

	"amana/internal/report"
	"amana/internal/workspace"
)

// numbersMade is what was counted for a report.
type numbersMade struct {
	tables int
}

// tables counts, and returns the tables as pages.
func (j *reportJob) tables(ctx context.Context, day string) ([]report.Extra, error) { return nil, nil }

// writes returns what must be remembered of the tables that were printed.
func (n *numbersMade) writes() ([]workspace.Write, error) { return nil, nil }

func (n *numbersMade) print(out io.Writer) {}
