package pages

// ProblemKind says what went wrong, as far as a source is told.
type ProblemKind string

// The kinds of problem. The comment names the status that fits.
const (
	Empty         ProblemKind = "empty"           // 400: neither words nor a file with content
	TextTooLong   ProblemKind = "text_too_long"   // 413: more than State.MaxText characters
	FileTooLarge  ProblemKind = "file_too_large"  // 413: one file has more than State.MaxFile bytes
	TotalTooLarge ProblemKind = "total_too_large" // 413: the files have more than State.MaxTotal bytes together
	TooManyFiles  ProblemKind = "too_many_files"  // 413: more than State.MaxFiles files
	Malformed     ProblemKind = "malformed"       // 400: not what the form sends, or text that is not UTF-8
	NotFound      ProblemKind = "not_found"       // 404: no such page
	Method        ProblemKind = "method"          // 405: the page does not take this method
	Tor2web       ProblemKind = "tor2web"         // 403: reached through a proxy on the open web, which sees everything
	Internal      ProblemKind = "internal"        // 500: something failed here; nothing was kept
	Busy          ProblemKind = "busy"            // 503: all places are taken; come back later
	Much          ProblemKind = "much"            // 429: more came from one source at once than its share; wait a minute
	Full          ProblemKind = "full"            // 507: the reserve of disk is reached; come back later
	Closed        ProblemKind = "closed"          // 503: no list of reviewers is in force, or the disk fails; nothing is taken
	Changed       ProblemKind = "changed"         // 503: a reviewer was taken off the list while the testimony arrived
	TooSlow       ProblemKind = "too_slow"        // 408: the testimony did not arrive in the time allowed
	Interrupted   ProblemKind = "interrupted"     // 400: the testimony broke off before its end
	Invalid       ProblemKind = "invalid"         // 400: some answers need a look; Form.Fields says which
	Mistyped      ProblemKind = "mistyped"        // 400: what was typed is no code
	Expired       ProblemKind = "expired"         // 400: the page is of too long ago, or of before the server was started
	Gone          ProblemKind = "gone"            // 409: the thread is withdrawn; nothing is added
	Many          ProblemKind = "many"            // 409: no more can be added under this code
)

// kinds holds every kind and the field of the form that it is about, if any.
var kinds = map[ProblemKind]string{
	Empty:         "narrative",
	TextTooLong:   "narrative",
	FileTooLarge:  "files",
	TotalTooLarge: "files",
	TooManyFiles:  "files",
	Malformed:     "",
	NotFound:      "",
	Method:        "",
	Tor2web:       "",
	Internal:      "",
	Busy:          "",
	Much:          "",
	Full:          "",
	Closed:        "",
	Changed:       "",
	TooSlow:       "",
	Interrupted:   "",
	Invalid:       "",
	Mistyped:      "code",
	Expired:       "code",
	Gone:          "",
	Many:          "",
}

// known returns the kind, "" for none, and Internal for one not listed.
func (k ProblemKind) known() ProblemKind {
	if _, ok := kinds[k]; !ok && k != "" {
		return Internal
	}
	return k
}

// Field returns the name of the form's field that the problem is about, or "".
func (k ProblemKind) Field() string { return kinds[k] }

// WritingHelps reports whether a page about the problem should lead straight to
// the form.
func (k ProblemKind) WritingHelps() bool {
	switch k {
	case NotFound, Tor2web, Full, Closed, Mistyped:
		return false
	}
	return true
}

// CodeHelps reports whether a page about the problem should lead to the page that
// asks for the code.
func (k ProblemKind) CodeHelps() bool { return k == Mistyped || k == Expired }

// afterCode reports whether only a code or a token leads to the problem.
func (k ProblemKind) afterCode() bool { return k.CodeHelps() || k == Gone || k == Many }

// LandingHelps reports whether a page about the problem should lead to the first
// page.
func (k ProblemKind) LandingHelps() bool { return k != Tor2web && k != Closed }
