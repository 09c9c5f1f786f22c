package pages

import (
	"errors"
	"io"
)

// errNoReaders is returned by pages that say who reads: without a list of
// reviewers in force they would say what is not true.
var errNoReaders = errors.New("pages: this page needs a list of reviewers")

// Landing writes the page of "/" and "/{lang}/": what this is, who runs it, who
// can read, and the ways on. It needs a list of reviewers in force.
func (p *Pages) Landing(w io.Writer, lang string, s State) error {
	if s.Epoch == 0 || s.Reviewers == 0 {
		return errNoReaders
	}
	return p.write(w, lang, "landing.html", view{State: s, Switch: "/"}, nil)
}

// Safety writes the page of "/{lang}/safety": the device, traces, and how to leave.
func (p *Pages) Safety(w io.Writer, lang string, s State) error {
	return p.write(w, lang, "safety.html", view{State: s, Switch: "/safety"}, nil)
}

// Before writes the page of "/{lang}/before": all that must be told before the
// first field. It needs a list of reviewers in force.
func (p *Pages) Before(w io.Writer, lang string, s State) error {
	if s.Epoch == 0 || s.Reviewers == 0 {
		return errNoReaders
	}
	return p.write(w, lang, "before.html", view{State: s, Switch: "/before"}, nil)
}

// Return writes the page of "/{lang}/code", which asks for the code. It posts
// multipart/form-data to the same path: "code", and "narrative" with the words of a
// page that is too old, if there were any. A code that was typed never comes back.
func (p *Pages) Return(w io.Writer, lang string, r Return) error {
	v := view{Problem: r.Problem.known(), About: r.Problem.Field(), Padded: r.Problem != "", Words: r.Words != "", Lost: len(r.FilesLost) > 0}
	if v.Problem == "" {
		v.Switch = "/code"
	}
	return p.write(w, lang, "code.html", v, slots{"narrative": escaped(r.Words), "lost": fileNames(r.FilesLost)})
}

// Problem writes a page of its own about something that went wrong: what it
// means for the source and what to do, never the cause.
func (p *Pages) Problem(w io.Writer, lang string, pr Problem) error {
	kind := pr.Kind.known()
	if kind == "" {
		kind = Internal
	}
	v := view{State: pr.State, Problem: kind, Padded: kind.afterCode()}
	if kind != Tor2web { // nothing on that page should lead further in
		v.Switch = "/"
	}
	return p.write(w, lang, "problem.html", v, nil)
}
