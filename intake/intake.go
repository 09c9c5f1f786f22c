// Package intake is the source's side of the server: pages, the testimony form,
// limits, deadlines, and what stands on the wire.
//
// It seals what arrives and hands ciphertext to a vault, and opens a reply to a
// source while it shows it. It never imports internal/unseal, writes no log line
// about a source, and keeps nothing of one.
package intake

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"amana/intake/circuit"
	"amana/intake/form"
	"amana/intake/pages"
	"amana/intake/probe"
	"amana/intake/token"
	"amana/internal/daylog"
	"amana/internal/forget"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/vault"

	"github.com/gorilla/mux"
)

// Config is what a Server needs. Zero limits take the defaults named.
type Config struct {
	Store   vault.Store // where sealed testimonies go
	Rosters Rosters     // whom they are sealed to, asked anew each time
	Letters Letters     // replies that wait for their sources

	Questionnaire *questionnaire.Schema // what is asked at first; nil means the built-in one
	Organisation  *pages.Organisation   // who asks at first; nil: the pages do not say

	Limits form.Limits // File 2 GiB; Total 4 GiB; Files 1,000
	Pace   Pace        // Head 1 min; Idle 90 s; Window 3 min; Rate 1,000 bytes a second; Ceiling 48 h; Fair 8 times Rate; Grace 15 s
	Places int         // uploads in flight at once; 64
	Texts  int         // forms of at most 512 KiB at once, besides; 32
	Drain  int64       // bytes of a refused body read before the answer; 16 MiB
	Conns  int         // open connections at once; 1,024

	// Circuits says that tor tells of which circuit each connection is, and gives each
	// circuit this share; a connection without tor's line is closed. What is zero in it
	// takes Conns 16; Uploads 4; Requests 120; Bytes 8 MiB. nil: all share everything.
	Circuits *circuit.Shares

	// Now is the clock; nil means time.Now. Only its day is ever kept, and it
	// says which roster is in force.
	Now func() time.Time
	// Problem is told, by Watch and never while a source is answered, that no
	// roster is in force; it may be nil.
	Problem func(error)
	// Tally holds what happened to sources, and failures that were found out while
	// one was answered, until the day is over; nil keeps them to itself.
	Tally *daylog.Tally
}

// withDefaults fills in what was left zero.
func (c Config) withDefaults() Config {
	set := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	setInt := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	setTime := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	set(&c.Limits.File, 2<<30)
	set(&c.Limits.Total, 4<<30)
	setInt(&c.Limits.Files, testimony.MaxFiles)
	setTime(&c.Pace.Head, time.Minute)
	setTime(&c.Pace.Idle, 90*time.Second)
	setTime(&c.Pace.Window, 3*time.Minute)
	set(&c.Pace.Rate, 1000)
	setTime(&c.Pace.Ceiling, 48*time.Hour)
	set(&c.Pace.Fair, fairness*c.Pace.Rate)
	setTime(&c.Pace.Grace, 15*time.Second)
	setInt(&c.Places, 64)
	setInt(&c.Texts, 32)
	set(&c.Drain, 16<<20)
	setInt(&c.Conns, 1024)
	if c.Circuits != nil {
		each := *c.Circuits
		setInt(&each.Conns, 16)
		setInt(&each.Uploads, 4)
		setInt(&each.Requests, 120)
		set(&each.Bytes, 8<<20)
		c.Circuits = &each
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Problem == nil {
		c.Problem = func(error) {}
	}
	if c.Tally == nil {
		c.Tally = daylog.NewTally(c.Now)
	}
	return c
}

// Server answers sources.
type Server struct {
	config    Config
	words     atomic.Pointer[words] // what the pages ask and say now
	router    *mux.Router
	crowd     *circuit.Table
	places    *circuit.Pool // uploads that are kept
	texts     *circuit.Pool // the same of small forms, which uploads never lock out
	apologies *circuit.Pool // forms that hold words and are not kept: refused, or large without files
	keyholes  places        // codes that were typed and are being worked out
	newCodes  places        // the same of codes that are given out
	tokens    *token.Keys
	probes    *probe.Tokens
	collector *forget.Collector
	http      *http.Server
	stop      context.CancelFunc
	stopping  context.Context        // ended when what is under way is cut off
	closed    atomic.Bool            // that no roster is in force was told
	hashed    atomic.Pointer[hashed] // the roster hashed last

	mu     sync.Mutex
	ended  bool
	active sync.WaitGroup // requests being answered
}

const (
	apologyPlaces = 8 // refused uploads that are read at once
	keyholePlaces = 2 // typed codes worked out at once; each takes 16 MiB
	newCodePlaces = 1 // codes given out; a flood of typed ones must not refuse testimonies
)

// fieldSets are the fields of each form.
type fieldSets struct{ form, add, name, code, token, reply, withdraw form.Fields }

func newFieldSets(q *questionnaire.Schema) fieldSets {
	narrative := form.Field{Max: q.Sections[0].Questions[0].Limit, Times: 1}
	once := form.Field{Max: 64, Times: 1}
	return fieldSets{
		form:     fieldsOf(q, questionnaire.PageForm, form.Fields{ProbeField: {Max: probe.Size, Times: 1}}),
		add:      form.Fields{tokenField: tokenOnly, testimony.Narrative: narrative},
		name:     fieldsOf(q, questionnaire.PageName, form.Fields{tokenField: tokenOnly, sendField: once}),
		code:     form.Fields{codeField: {Max: maxCode, Times: 1}, testimony.Narrative: narrative},
		token:    form.Fields{tokenField: tokenOnly},
		reply:    form.Fields{tokenField: tokenOnly, idField: once},
		withdraw: form.Fields{tokenField: tokenOnly, sureField: once},
	}
}

// New makes a server. The caller must Close it. No roster needs to be in force
// yet: until one is, the server says that it is closed.
func New(config Config) (*Server, error) {
	if config.Store == nil || config.Rosters == nil || config.Letters == nil {
		return nil, errors.New("intake: needs a vault, rosters and a letterbox")
	}
	config = config.withDefaults()
	words, err := newWords(config.Questionnaire, config.Organisation, config.Limits)
	if err != nil {
		return nil, err
	}
	crowd := circuit.New(circuit.Options{Each: config.Circuits, Conns: config.Conns, Fair: config.Pace.Fair, Window: config.Pace.Grace})
	s := &Server{
		config:    config,
		crowd:     crowd,
		places:    crowd.NewPool(config.Places, true),
		texts:     crowd.NewPool(config.Texts, true),
		apologies: crowd.NewPool(apologyPlaces, false),
		keyholes:  newPlaces(keyholePlaces),
		newCodes:  newPlaces(newCodePlaces),
		tokens:    token.NewKeys(config.Now),
		probes:    probe.New(config.Now),
		collector: forget.NewCollector(),
	}
	s.words.Store(words)
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.routes()
	s.http = s.newHTTP()
	return s, nil
}

// routes says which path is answered by what. A path that is not exactly one of
// these is not found; there are no redirects.
func (s *Server) routes() {
	r := mux.NewRouter().SkipClean(true)
	read := []string{http.MethodGet, http.MethodHead}
	r.HandleFunc("/", s.landing).Methods(read...)
	r.HandleFunc(stylePath, s.style).Methods(read...)
	r.HandleFunc("/roster.txt", s.rosterText).Methods(read...)
	r.HandleFunc("/{lang}", s.landing).Methods(read...).MatcherFunc(s.offered) // as somebody types it
	for path, handler := range map[string]http.HandlerFunc{
		"/{lang}/":          s.landing,
		"/{lang}/safety":    s.told((*pages.Pages).Safety),
		"/{lang}/before":    s.told((*pages.Pages).Before),
		"/{lang}/testimony": s.form,
		"/{lang}/code":      s.code,
	} {
		r.HandleFunc(path, handler).Methods(read...).MatcherFunc(s.offered)
	}
	for path, answer := range map[string]func(*posted){
		"/{lang}/testimony": (*posted).submit,
		"/{lang}/code":      (*posted).enter,
		"/{lang}/thread":    (*posted).back,
		"/{lang}/add":       (*posted).add,
		"/{lang}/reply":     (*posted).reply,
		"/{lang}/name":      (*posted).name,
		"/{lang}/withdraw":  (*posted).withdraw,
	} {
		r.HandleFunc(path, s.posting(answer)).Methods(http.MethodPost).MatcherFunc(s.offered)
	}
	r.NotFoundHandler = s.problemHandler(pages.NotFound)
	r.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", "GET, HEAD, POST")
		s.problem(w, r, pages.Method)
	})
	s.router = r
}

// offered matches the paths of languages that there are.
func (s *Server) offered(r *http.Request, m *mux.RouteMatch) bool {
	lang := language(r)
	return lang == "" || slices.Contains(wordsOf(r).pages.Languages(), lang)
}

// Serve answers connections of l until Close. Several listeners may be served
// at once.
func (s *Server) Serve(l net.Listener) error {
	if s.crowd.Each() {
		l = circuit.NewListener(l)
	}
	err := s.http.Serve(&listener{Listener: l, server: s})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("intake: serve: %w", err)
}

// begin counts a request; it reports whether the server is still open.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.active.Add(1)
	return true
}

// Close stops listening and waits for the requests under way until ctx ends;
// then it cuts them off. It leaves the vault open. A second call does nothing.
func (s *Server) Close(ctx context.Context) {
	s.mu.Lock()
	again := s.ended
	s.ended = true
	s.mu.Unlock()
	if again {
		return
	}
	// Its error only says that ctx has ended.
	_ = s.http.Shutdown(ctx)
	s.stop()
	s.http.Close()
	s.active.Wait()
	s.collector.Close()
}

// report holds a failure that was found out while a source was answered, for the
// operator to read when the day is over: a line at this moment would say when the
// source was here. The error says nothing about a source.
func (s *Server) report(err error) { s.config.Tally.Note(err) }

// What is counted of the answers of a day, by their status: what an operator can do
// something about.
var sentAway = map[int]string{
	http.StatusServiceUnavailable:  "come_back_later",
	http.StatusInsufficientStorage: "disk_full",
	http.StatusRequestTimeout:      "too_slow",
	http.StatusTooManyRequests:     "over_share", // of a circuit
}
