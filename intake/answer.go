package intake

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"amana/intake/pages"
	"amana/vault"

	"github.com/gorilla/mux"
)

// statuses gives each problem its status on the wire.
var statuses = map[pages.ProblemKind]int{
	pages.Empty:         http.StatusBadRequest,
	pages.TextTooLong:   http.StatusRequestEntityTooLarge,
	pages.FileTooLarge:  http.StatusRequestEntityTooLarge,
	pages.TotalTooLarge: http.StatusRequestEntityTooLarge,
	pages.TooManyFiles:  http.StatusRequestEntityTooLarge,
	pages.Malformed:     http.StatusBadRequest,
	pages.NotFound:      http.StatusNotFound,
	pages.Method:        http.StatusMethodNotAllowed,
	pages.Tor2web:       http.StatusForbidden,
	pages.Internal:      http.StatusInternalServerError,
	pages.Busy:          http.StatusServiceUnavailable,
	pages.Much:          http.StatusTooManyRequests,
	pages.Full:          http.StatusInsufficientStorage,
	pages.Closed:        http.StatusServiceUnavailable,
	pages.Changed:       http.StatusServiceUnavailable,
	pages.TooSlow:       http.StatusRequestTimeout,
	pages.Interrupted:   http.StatusBadRequest,
	pages.Invalid:       http.StatusBadRequest,
	pages.Mistyped:      http.StatusBadRequest,
	pages.Expired:       http.StatusBadRequest,
	pages.Gone:          http.StatusConflict,
	pages.Many:          http.StatusConflict,
}

// language returns the language that the path names. An error page is in it
// even when the rest of the path is wrong.
func language(r *http.Request) string {
	if lang := mux.Vars(r)["lang"]; lang != "" {
		return lang
	}
	lang, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return lang
}

// route answers a request of a method and origin that may be answered at all.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	if len(r.Header.Values("X-Tor2web")) > 0 {
		s.problem(w, r, pages.Tor2web)
		return
	}
	// A form is read all the same where that is possible, to give its words back; and the
	// page that says so has its style.
	if w.(*answer).guest.Over() && r.Method != http.MethodPost && r.URL.Path != stylePath {
		s.problem(w, r, pages.Much)
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		s.router.ServeHTTP(w, r)
	default:
		s.router.MethodNotAllowedHandler.ServeHTTP(w, r)
	}
}

// told answers with a page that says what a source should know. Without a roster in
// force nobody is led further in.
func (s *Server) told(page func(*pages.Pages, io.Writer, string, pages.State) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		list, err := s.inForce(s.today())
		if err != nil {
			s.problem(w, r, pages.Closed)
			return
		}
		must(page(s.pages, w, language(r), s.state(list)))
	}
}

// code shows the page that asks for a code, also while no testimony is taken: a
// reply may wait.
func (s *Server) code(w http.ResponseWriter, r *http.Request) {
	must(s.pages.Return(w, language(r), pages.Return{}))
}

func (s *Server) landing(w http.ResponseWriter, r *http.Request) {
	s.told((*pages.Pages).Landing)(w, r)
}

// stylePath is where the pages have their style.
const stylePath = "/style.css"

func (s *Server) style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Write(s.pages.Style())
}

// form shows the form, unless a testimony would be refused: nobody is to type
// for nothing.
func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	list, err := s.inForce(s.today())
	if err != nil {
		s.problem(w, r, pages.Closed)
		return
	}
	if problem := s.noRoom(); problem != "" {
		s.problem(w, r, problem)
		return
	}
	must(s.pages.Form(w, language(r), s.state(list), pages.Form{}))
}

// noRoom returns why no testimony can be taken now although a roster is in
// force, or "".
func (s *Server) noRoom() pages.ProblemKind {
	// Where each circuit has a share, a form always has a chance: who is slow makes
	// room for it. To say that all is taken would let one attacker close the page.
	if !s.crowd.Each() && s.places.Full() && s.texts.Full() {
		return pages.Busy
	}
	return s.storeClosed()
}

// storeClosed is noRoom without regard to places.
func (s *Server) storeClosed() pages.ProblemKind {
	err := s.config.Store.Ready()
	switch {
	case err == nil:
		return ""
	case errors.Is(err, vault.ErrFull):
		return pages.Full
	default:
		s.report(err)
		return pages.Internal
	}
}

// problem answers with a page of its own about what went wrong.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, kind pages.ProblemKind) {
	w.WriteHeader(statuses[kind])
	must(s.pages.Problem(w, language(r), pages.Problem{Kind: kind, State: s.limits}))
}

func (s *Server) problemHandler(kind pages.ProblemKind) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.problem(w, r, kind) })
}

// must ends the request with a page about an internal failure. Pages are
// rehearsed when they are loaded, so an error here is a fault of the program.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
