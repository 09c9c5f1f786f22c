package pages

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
)

// view is what the templates see. It holds no word of a source, no word of a code
// or a reply, and no token.
type view struct {
	Lang         string
	Languages    []string
	Switch       string        // path after the language for the other languages, or "" for no links
	Organisation *organisation // or nil
	Codes        bool          // a code can be asked for
	State        State
	Problem      ProblemKind
	About        string // field of this page that the problem is about, or ""
	Answers      bool   // answers need a look
	Lost         bool   // files that had come are named
	MaybeLost    bool
	Words        bool // words of before come along
	Padded       bool
	Receipt      struct {
		Files      int
		Day        string
		Code, More bool // there is a code, and a token to send more
	}
	Thread struct {
		Parts, Collected, Replies    int
		Kept, Purged                 int
		Unreadable, BadReply         bool
		Withdrawn, Unfinished, Added bool
		Refused                      ProblemKind
	}
	Day       string
	Destroyed int
}

// slots are the places of a page that are filled with what no template may see,
// by name. Each writes its content in pieces, escaped, straight to the source.
//
// html/template is not used for these: it writes strings through a buffer of
// package fmt that is kept for later, and the words of a source must not be.
type slots map[string]func(io.Writer) error

// A slot stands in the finished page as its name between two characters of the
// private use area, which no word of a catalog or an organisation can hold.
const (
	slotOpen  = "\ue000"
	slotClose = "\ue001"
)

// slot is what a template writes where a slot is.
func slot(name string) template.HTML { return template.HTML(slotOpen + name + slotClose) }

// escaped returns a slot that writes s as text.
func escaped(s string) func(io.Writer) error {
	return func(w io.Writer) error { return writeEscaped(w, s) }
}

// set returns the words of a language, or of the default.
func (p *Pages) set(lang string) *set {
	if s := p.sets[lang]; s != nil {
		return s
	}
	return p.sets[DefaultLanguage]
}

// write executes one template and writes it with its slots filled.
func (p *Pages) write(w io.Writer, lang, name string, v view, fill slots) error {
	page, err := p.execute(lang, name, v)
	if err != nil {
		return err
	}
	return send(w, page, fill)
}

// execute returns a page with its slots still open.
func (p *Pages) execute(lang, name string, v view) ([]byte, error) {
	s := p.set(lang)
	v.Lang, v.Languages, v.Organisation = s.catalog.tag, p.languages, s.organisation
	v.Codes = p.codes
	var page bytes.Buffer
	if err := s.templates.ExecuteTemplate(&page, name, v); err != nil {
		return nil, fmt.Errorf("pages: failed to write %s in %s: %w", name, s.catalog.tag, err)
	}
	return page.Bytes(), nil
}

// send writes a page and fills its slots.
func send(w io.Writer, page []byte, fill slots) error {
	if err := sendPieces(w, page, fill); err != nil {
		return fmt.Errorf("pages: failed to send page: %w", err)
	}
	return nil
}

func sendPieces(w io.Writer, page []byte, fill slots) error {
	out := &counting{w: w}
	for {
		before, rest, found := bytes.Cut(page, []byte(slotOpen))
		if _, err := out.Write(before); err != nil || !found {
			return err
		}
		name, rest, _ := bytes.Cut(rest, []byte(slotClose))
		f := fill[string(name)]
		if string(name) == "pad" {
			f = padding(out.n + len(rest))
		}
		if f == nil {
			return fmt.Errorf("nothing fills the slot %q", name)
		}
		if err := f(out); err != nil {
			return err
		}
		page = rest
	}
}

// Pages that only a code or a token opens are filled up with spaces in front of
// </body>, so that somebody who watches the line can tell neither one such page
// from another nor whether a reply waits: to padFirst bytes, or if that is not
// enough to the next multiple of padStep.
const (
	padFirst = 8 << 10
	padStep  = 4 << 10
)

// padding returns a slot that fills up a page which has n bytes without it.
func padding(n int) func(io.Writer) error {
	want := max(padFirst, (n+padStep-1)/padStep*padStep)
	return func(w io.Writer) error {
		_, err := w.Write(bytes.Repeat([]byte{' '}, want-n))
		return err
	}
}

// counting counts what is written.
type counting struct {
	w io.Writer
	n int
}

// Write implements io.Writer.
func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += n
	return n, err
}
