package doctor

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// others are headers that an answer may have besides.
var others = []string{"Content-Length", "Content-Type", "Connection", "Allow"}

// headers notes those that are missing, differ, or should not be there: a Date tells
// the clock, a Server the program, a cookie makes a source known again.
func (s *Site) headers(path string, got http.Header) {
	fault := func(format string, args ...any) {
		if f := fmt.Sprintf(format, args...); !slices.Contains(s.faults, f) {
			s.faults = append(s.faults, f)
		}
	}
	for name, want := range s.Headers {
		if have := got.Values(name); !slices.Contains(others, name) && !slices.Equal(have, want) {
			fault("%s answers with %s %q", path, name, have)
		}
	}
	for name := range got {
		if s.Headers[name] == nil && !slices.Contains(others, name) {
			fault("%s answers with %s, which no answer of the intake has", path, name)
		}
	}
	slices.Sort(s.faults)
}

// verdict tells what was noted of the headers of all answers.
func (s *Site) verdict() Finding {
	const name = "onion headers"
	if len(s.faults) > 0 {
		return Finding{name, Danger, strings.Join(s.faults, "; "), "see what stands between tor and the intake, and take it out: nothing may"}
	}
	return fine(name, "every header that protects a source is there, and none that tells of the server")
}
