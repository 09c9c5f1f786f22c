package doctor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Site is the intake as a source meets it, at its onion address.
type Site struct {
	Host   string       // the onion address
	Client *http.Client // goes through Tor

	Headers http.Header // that stand on every answer
	Roster  []byte      // the newest roster as the server has it; nil if it has none
	Style   []byte      // the style sheet of this program
	Receipt string      // words in the heading of a receipt, in Lang
	Lang    string      // the language in which the probe is sent

	faults []string // of headers, one sentence each
}

// maxPage bounds what is read of a page, in bytes.
const maxPage = 4 << 20

// answer is what came for one path.
type answer struct {
	path   string
	status int
	kind   string // media type
	body   []byte
}

// page reports whether it is a whole page.
func (a *answer) page() bool {
	return strings.HasPrefix(a.kind, "text/html") && bytes.HasSuffix(bytes.TrimSpace(a.body), []byte("</html>"))
}

// ask sends one request and notes what is wrong with the headers of its answer.
func (s *Site) ask(ctx context.Context, method, path, kind string, body io.Reader) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.Host+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		var about *url.Error // it would say the address once more
		if errors.As(err, &about) {
			err = about.Err
		}
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxPage))
	if err != nil {
		return nil, fmt.Errorf("read the answer to %s: %w", path, err)
	}
	s.headers(path, response.Header)
	return &answer{path, response.StatusCode, response.Header.Get("Content-Type"), data}, nil
}

// Look fetches what a source can see, and holds it to what it must be.
func (s *Site) Look(ctx context.Context) []Finding {
	const name = "onion"
	first, err := s.ask(ctx, http.MethodGet, "/", "", nil)
	if err != nil {
		return []Finding{{name, Warning, "could not reach " + s.Host + ": " + err.Error(),
			"see whether tor runs, and the server, and whether --socks is a tor with a SocksPort (the onion's own has none); a new address takes minutes to be known"}}
	}
	switch {
	case first.status == http.StatusServiceUnavailable && first.page():
		return []Finding{{name, Warning, "the intake answers, and is closed: sources are turned away", "amana-intake status says why"}, s.verdict()}
	case first.status != http.StatusOK || !first.page():
		return []Finding{{name, Warning, fmt.Sprintf("%s answers with %d and not with the intake's page", s.Host, first.status), "see which program has the socket that torrc names"}, s.verdict()}
	}
	languages := languagesOf(first.body)
	all := []Finding{fine(name, "%s answers, in %s", s.Host, strings.Join(languages, ", "))}
	answers, bad := s.fetch(ctx, languages)
	return append(all, bad, scripts(append(answers, first)), s.roster(answers), s.style(answers), s.verdict())
}

// maxLanguages is how many languages are looked at: another server could name any number,
// each of which is pages to fetch and to keep.
const maxLanguages = 20

var languageLink = regexp.MustCompile(`href="?/([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)/`)

// languagesOf returns the languages that a page leads to.
func languagesOf(page []byte) (all []string) {
	for _, m := range languageLink.FindAllSubmatch(page, -1) {
		if lang := string(m[1]); !slices.Contains(all, lang) && len(all) < maxLanguages {
			all = append(all, lang)
		}
	}
	slices.Sort(all)
	return all
}

// fetch asks for every kind of page, and tells which are not as they must be.
func (s *Site) fetch(ctx context.Context, languages []string) (answers []*answer, bad Finding) {
	want := []string{"/style.css", "/roster.txt", "/no-such-page"}
	for _, lang := range languages {
		want = append(want, "/"+lang+"/", "/"+lang+"/testimony", "/"+lang+"/code")
	}
	var wrong []string
	for _, path := range want {
		a, err := s.ask(ctx, http.MethodGet, path, "", nil)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		answers = append(answers, a)
		status := http.StatusOK
		if path == "/no-such-page" {
			status = http.StatusNotFound
		}
		file := path == "/style.css" || path == "/roster.txt"
		if a.status != status || !file && !a.page() {
			wrong = append(wrong, fmt.Sprintf("%s answers with %d", path, a.status))
		}
	}
	if len(languages) == 0 {
		wrong = append(wrong, "the first page leads to no language")
	}
	if len(wrong) > 0 {
		return answers, Finding{"onion pages", Warning, strings.Join(wrong, "; "), "run this again; if it stays, amana-intake status and the server's log say what is wrong"}
	}
	return answers, fine("onion pages", "%d pages and files are as they must be", len(want))
}

// of returns the answer to a path, nil if none came.
func of(answers []*answer, path string) *answer {
	if i := slices.IndexFunc(answers, func(a *answer) bool { return a.path == path }); i >= 0 {
		return answers[i]
	}
	return nil
}

// roster holds the list that sources are shown to the one that the server has.
func (s *Site) roster(answers []*answer) Finding {
	const name = "onion roster"
	a := of(answers, "/roster.txt")
	switch {
	case a == nil || a.status != http.StatusOK || s.Roster == nil:
		return Finding{name, Warning, "could not look: there is no roster on one side", "amana-intake status says whether the server has one"}
	case !bytes.Equal(a.body, s.Roster):
		return Finding{name, Danger, fmt.Sprintf("sources are shown another roster than this server has (%x and %x)", sha256.Sum256(a.body), sha256.Sum256(s.Roster)),
			"take the onion offline until you know why: it leads to another server, or somebody changes what it says"}
	}
	return fine(name, "sources are shown the server's roster, %x", sha256.Sum256(s.Roster))
}

func (s *Site) style(answers []*answer) Finding {
	const name = "onion style"
	if a := of(answers, "/style.css"); a == nil || !bytes.Equal(a.body, s.Style) {
		return Finding{name, Warning, "the style sheet is not that of this program", "after an update start the server again; else see which program answers"}
	}
	return fine(name, "it is this program's")
}
