package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// However errors are wrapped or joined, the advice and the code are found.
func TestReport(t *testing.T) {
	inner := &Error{Err: errors.New("damaged"), Hint: "copy it again", Code: ExitDamaged}
	for name, c := range map[string]struct {
		err  error
		code int
		want string
	}{
		"plain":               {errors.New("no"), ExitFailed, "p: error: no\n"},
		"hint":                {Hint(errors.New("no"), "do %s", "so"), ExitFailed, "p: error: no\np: hint: do so\n"},
		"code":                {inner, ExitDamaged, "p: error: damaged\np: hint: copy it again\n"},
		"wrapped":             {fmt.Errorf("open: %w", inner), ExitDamaged, "p: error: open: damaged\np: hint: copy it again\n"},
		"joined":              {errors.Join(inner), ExitDamaged, "p: error: damaged\np: hint: copy it again\n"},
		"several":             {Hint(fmt.Errorf("a: %w, %w", errors.New("b"), inner), "outer"), ExitDamaged, "p: error: a: b, damaged\np: hint: outer\np: hint: copy it again\n"},
		"usage":               {&Error{Err: errors.New("bad 1"), Code: ExitUsage}, ExitUsage, "p: error: bad 1\n"},
		"outermost code wins": {&Error{Err: inner, Code: ExitPartial}, ExitPartial, "p: error: damaged\np: hint: copy it again\n"},
	} {
		var out strings.Builder
		if code := report(&out, "p", c.err); code != c.code || out.String() != c.want {
			t.Errorf("%s: code %d, printed %q", name, code, out.String())
		}
	}
}
