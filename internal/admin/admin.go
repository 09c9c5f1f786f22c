// Package admin is the operator's door to a running server: the reading side of
// its vault, and what is imported, over a Unix socket that only the owner can
// open.
//
// bbolt locks its files, so a command given while the server runs must ask the
// server. What passes is ciphertext and public facts; nothing here sees a source.
// What an import may change is the [Importer]'s to judge.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"amana/internal/cli"
	"amana/internal/forget"
	"amana/vault"
	"amana/vault/letterbox"

	"github.com/gorilla/mux"
)

// What one answer, or one question, holds at most.
const (
	maxRecords = 1000
	maxPurged  = 10_000
	maxLetters = 200
)

// finding is one line of the answer to a check. The last line has neither an id
// nor a problem but says how the check ended.
type finding struct {
	ID      string `json:"id,omitempty"`
	Problem string `json:"problem,omitempty"`
	Done    bool   `json:"done,omitempty"`
	Error   string `json:"error,omitempty"`
}

// Listen opens the socket at path with mode 0600. The folder should be the
// owner's alone. A socket left by a server that is gone is replaced: the caller
// holds the vault's lock, so no other server can be using it.
func Listen(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("admin: replace socket: %w", err)
	}
	// The mode must be right from the first moment, not after a chmod.
	old := syscall.Umask(0o177)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("admin: %w", err)
	}
	return l, nil
}

// Importer takes in rosters, and what reviewers signed.
type Importer interface {
	// Import reads one file of the given size, -1 if it is not known, and tells
	// say, line by line, what became of it.
	Import(ctx context.Context, r io.Reader, size int64, say func(string)) error
}

// imported is the answer to an import.
type imported struct {
	Said  []string `json:"said"`
	Error string   `json:"error,omitempty"`
	Hints []string `json:"hints,omitempty"`
	Code  int      `json:"code,omitempty"` // the exit code
}

// Letters is what is told of the replies that wait for their sources.
type Letters interface {
	// Count returns how many there are.
	Count(ctx context.Context) (int, error)
	// All returns them in the order of their names, as [letterbox.Box.All] does.
	All(ctx context.Context, mailbox, id [16]byte, limit int) (letters []letterbox.Letter, damaged int, err error)
}

// Prober gives out what marks a testimony as the operator's own probe.
type Prober interface {
	// NewProbe returns a token that is good once, for some minutes.
	NewProbe() (string, error)
}

// Option adds to a server what not every one has.
type Option func(*mux.Router)

// WithProbes lets the operator send probes.
func WithProbes(p Prober) Option {
	return func(router *mux.Router) {
		router.HandleFunc("/probe", func(w http.ResponseWriter, _ *http.Request) {
			token, err := p.NewProbe()
			reply(w, token, err)
		}).Methods(http.MethodPost)
	}
}

// Acts is what a running server does for the operator besides importing.
type Acts interface {
	// Purge purges testimonies as [vault.Store.Purge] does; last says that no more
	// ids follow, so that what was dropped is made to disappear from the disk now.
	Purge(ctx context.Context, ids []vault.ID, last bool) (int, error)
	// Metrics returns numbers in the text format of Prometheus.
	Metrics(ctx context.Context) ([]byte, error)
}

// NewServer returns a server of r, of what is imported, of letters, and of what it does
// for the operator. Its answers hold no word of a source, but they are made inside the
// erasure too: encoding/json pools its buffers, and a buffer that was allocated outside
// would never be erased after a testimony passed through it.
func NewServer(r vault.Reader, in Importer, letters Letters, acts Acts, more ...Option) *http.Server {
	s := server{r, in, letters, acts}
	router := mux.NewRouter()
	router.HandleFunc("/usage", s.usage).Methods(http.MethodGet)
	router.HandleFunc("/records", s.records).Methods(http.MethodGet)
	router.HandleFunc("/testimonies/{id}", s.open).Methods(http.MethodGet)
	router.HandleFunc("/check", check(r.Check)).Methods(http.MethodGet)
	router.HandleFunc("/check/records", check(r.CheckRecords)).Methods(http.MethodGet)
	router.HandleFunc("/replies", s.replies).Methods(http.MethodGet)
	router.HandleFunc("/import", s.take).Methods(http.MethodPost)
	router.HandleFunc("/letters", s.all).Methods(http.MethodGet)
	router.HandleFunc("/purged", s.purged).Methods(http.MethodGet)
	router.HandleFunc("/purge", s.purge).Methods(http.MethodPost)
	router.HandleFunc("/metrics", s.metrics).Methods(http.MethodGet)
	for _, add := range more {
		add(router)
	}
	erasing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forget.Do(func() { router.ServeHTTP(w, r) })
	})
	return &http.Server{
		Handler:           erasing,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

type server struct {
	vault vault.Reader
	in    Importer

	letters Letters
	acts    Acts
}

// take imports what is sent.
func (s server) take(w http.ResponseWriter, r *http.Request) {
	var answer imported
	err := s.in.Import(r.Context(), r.Body, r.ContentLength, func(line string) { answer.Said = append(answer.Said, line) })
	answer.fail(err)
	reply(w, answer, nil)
}

// fail puts an error into an answer, with its advice and exit code, if there is one.
func (a *imported) fail(err error) {
	if err != nil {
		a.Error = err.Error()
		a.Hints, a.Code = cli.Advice(err)
	}
}

// err returns the error of an answer.
func (a *imported) err() error {
	if a.Error == "" {
		return nil
	}
	err := error(&cli.Error{Err: errors.New(a.Error), Code: a.Code})
	for _, hint := range slices.Backward(a.Hints) { // the outermost is printed first
		err = cli.Hint(err, "%s", hint)
	}
	return err
}

func (s server) usage(w http.ResponseWriter, r *http.Request) {
	u, err := s.vault.Usage(r.Context())
	reply(w, u, err)
}

func (s server) replies(w http.ResponseWriter, r *http.Request) {
	n, err := s.letters.Count(r.Context())
	reply(w, n, err)
}

// slice returns after which id a list begins and how long it may be, or answers that
// the question makes no sense.
func slice(w http.ResponseWriter, r *http.Request, most int) (after vault.ID, limit int, ok bool) {
	after, err := vault.ParseID(r.FormValue("after"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return after, 0, false
	}
	limit, err = strconv.Atoi(r.FormValue("limit"))
	if err != nil || limit < 1 {
		http.Error(w, "limit is not a positive number", http.StatusBadRequest)
		return after, 0, false
	}
	return after, min(limit, most), true
}

func (s server) records(w http.ResponseWriter, r *http.Request) {
	after, limit, ok := slice(w, r, maxRecords)
	if !ok {
		return
	}
	records, err := s.vault.Records(r.Context(), after, limit)
	reply(w, records, err)
}

func (s server) purged(w http.ResponseWriter, r *http.Request) {
	after, limit, ok := slice(w, r, maxPurged)
	if !ok {
		return
	}
	ids, err := s.vault.Purged(r.Context(), after, limit)
	reply(w, ids, err)
}

func (s server) open(w http.ResponseWriter, r *http.Request) {
	id, err := vault.ParseID(mux.Vars(r)["id"])
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	from, err := s.vault.Open(r.Context(), id)
	if err != nil {
		fail(w, err)
		return
	}
	defer from.Close()
	// The buffer spares io.Copy one per testimony; ciphertext only.
	if _, err := io.CopyBuffer(struct{ io.Writer }{w}, from, make([]byte, 256<<10)); err != nil {
		panic(http.ErrAbortHandler) // cuts the answer off, so that it cannot look whole
	}
}

// check answers with what one of the vault's checks finds.
func check(carryOut func(context.Context, func(vault.Finding)) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out := json.NewEncoder(w)
		flush := http.NewResponseController(w)
		err := carryOut(r.Context(), func(f vault.Finding) {
			out.Encode(finding{ID: f.ID.String(), Problem: f.Problem})
			flush.Flush()
		})
		end := finding{Done: err == nil}
		if err != nil {
			end.Error = err.Error()
		}
		out.Encode(end)
	}
}

// reply writes a value or an error.
func reply(w http.ResponseWriter, value any, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	json.NewEncoder(w).Encode(value)
}

func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, vault.ErrNotFound) {
		status = http.StatusNotFound
	}
	http.Error(w, err.Error(), status)
}
