package intake

import (
	"context"
	"fmt"
	"net/http"

	"amana/intake/form"
	"amana/intake/pages"
	"amana/internal/questionnaire"
)

// words are what the pages ask and say. A request is answered with the same ones from
// its beginning to its end, which may be hours later.
type words struct {
	questionnaire *questionnaire.Schema
	pages         *pages.Pages
	fields        fieldSets
	limits        pages.State // without a roster, which is asked for each time
}

func newWords(q *questionnaire.Schema, o *pages.Organisation, limits form.Limits) (*words, error) {
	if q == nil {
		q = questionnaire.Builtin()
	}
	p, err := pages.New(pages.Options{Questionnaire: q, Organisation: o})
	if err != nil {
		return nil, fmt.Errorf("intake: load pages: %w", err)
	}
	return &words{
		questionnaire: q,
		pages:         p,
		fields:        newFieldSets(q),
		limits: pages.State{
			MaxText:  q.Sections[0].Questions[0].Limit,
			MaxFile:  limits.File,
			MaxTotal: limits.Total,
			MaxFiles: limits.Files,
		},
	}, nil
}

// Reload puts other words in the place of those of [Config.Questionnaire] and
// [Config.Organisation], nil meaning what it means there. What is under way ends with
// the words it began with. After an error all is as it was.
func (s *Server) Reload(q *questionnaire.Schema, o *pages.Organisation) error {
	w, err := newWords(q, o, s.config.Limits)
	if err != nil {
		return err
	}
	s.words.Store(w)
	return nil
}

// wordsKey is the context key of a request's words.
type wordsKey struct{}

// withWords gives a request the words of this moment.
func (s *Server) withWords(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), wordsKey{}, s.words.Load()))
}

// wordsOf returns the words that a request is answered with.
func wordsOf(r *http.Request) *words { return r.Context().Value(wordsKey{}).(*words) }
