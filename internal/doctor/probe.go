package doctor

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"

	"golang.org/x/net/html"
)

// ProbeText is what a probe says, to whoever finds one.
func ProbeText(day string) string {
	return "فحص من المشغّل، وليس شهادة. أُرسل يوم " + day + ".\n\n" +
		"A probe by the operator, not testimony: amana-intake doctor sent it on " + day + " to see that a testimony arrives."
}

// Probe hands in a testimony that the server seals as the operator's probe, by its
// token in the given field, and looks for a receipt.
func (s *Site) Probe(ctx context.Context, field, token, text string) []Finding {
	const name = "onion probe"
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, f := range [][2]string{{"narrative", text}, {field, token}} {
		part, err := w.CreateFormField(f[0])
		if err == nil {
			_, err = part.Write([]byte(f[1]))
		}
		if err != nil {
			return []Finding{Blind(name, err)}
		}
	}
	if err := w.Close(); err != nil {
		return []Finding{Blind(name, err)}
	}
	s.faults = nil
	a, err := s.ask(ctx, http.MethodPost, "/"+s.Lang+"/testimony", w.FormDataContentType(), &form)
	switch {
	case err != nil:
		return []Finding{{name, Warning, "the probe did not arrive: " + err.Error(), "run this again; if it stays, sources cannot hand in anything either"}}
	case a.status != http.StatusOK || !a.page():
		return []Finding{{name, Warning, fmt.Sprintf("the probe was not taken, the server answers with %d", a.status), "amana-intake status and the server's log say why"}, s.verdict()}
	case s.Receipt == "" || Heading(a.body) != s.Receipt:
		return []Finding{{name, Warning, "the probe was answered with something else than a receipt", "see which program answers"}, s.verdict()}
	}
	f := fine(name, "a probe was taken, with a receipt; reviewers find it set aside, and status counts it as one more testimony")
	if len(s.faults) > 0 {
		return []Finding{f, s.verdict()}
	}
	return []Finding{f}
}

// Heading returns the words of a page's first heading, by which a receipt is known.
func Heading(page []byte) string {
	inside := false
	var words strings.Builder
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.TextToken:
			if inside {
				words.Write(z.Text())
			}
		case html.StartTagToken:
			tag, _ := z.TagName()
			inside = inside || string(tag) == "h1"
		case html.EndTagToken:
			if tag, _ := z.TagName(); string(tag) == "h1" {
				return strings.TrimSpace(words.String())
			}
		}
	}
}
