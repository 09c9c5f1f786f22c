package questionnaire

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// maxFaults bounds how many faults of one file are listed.
const maxFaults = 100

// atLine returns the error about one fault. A file's own words in it are cut off.
func atLine(line int, text string) error {
	return fmt.Errorf("line %d: %.300s", line, text)
}

// faults are all that is wrong with a file.
type faults struct {
	list []fault
}

type fault struct {
	line int
	text string
}

func (f *faults) add(at *spot, format string, args ...any) {
	f.list = append(f.list, fault{at.line, fmt.Sprintf(format, args...)})
}

// err returns the faults in the order of their lines, or nil.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for i, one := range f.list {
		if i == maxFaults {
			all = append(all, fmt.Errorf("and %d faults more", len(f.list)-i))
			break
		}
		all = append(all, atLine(one.line, one.text))
	}
	return errors.Join(all...)
}
