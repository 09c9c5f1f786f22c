package intake

import (
	"amana/intake/form"
	"amana/internal/testimony"
)

// NewProbe returns a token that marks one testimony, posted with it in the field
// [ProbeField] within some minutes, as the operator's own. It implements admin.Prober.
func (s *Server) NewProbe() (string, error) { return s.probes.New() }

// probed makes the envelope that of a probe if the form has a good token. What is
// called a probe without being one is refused as a form of other questions is: it
// is nothing that any page sends, and a probe whose time is over must not be taken
// for a testimony.
func (e *envelope) probed(got *form.Form, whole bool) error {
	tokens, marked := got.Values[ProbeField]
	if !marked {
		return nil
	}
	// A probe has nothing but a text; a file, or an answer, would be set aside with it.
	if e.kind != testimony.First || !whole || len(e.answers.Answers) != 1 || e.answers.Answers[testimony.Narrative] == "" ||
		len(e.answers.Choices) > 0 || !e.server.probes.Take(tokens[0]) {
		return errChanged
	}
	e.kind = testimony.Probe
	return nil
}
