package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"amana/internal/cases"
	"amana/internal/edtf"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// person is a case as it leaves.
type person struct {
	*cases.Case
	sources []*source
}

// source is what one of them sent.
type source struct {
	code   string // "T-" and 10 hexadecimal digits; it tells nothing
	thread *cases.Thread
	parts  []*part
}

// part is one envelope.
type part struct {
	number int // from 1
	ref    workspace.Ref
	t      *testimony.Testimony
	words  *questionnaire.Schema
	source *source
}

// SourceCode returns the code under which a thread leaves. A thread's own number stays
// with the reviewers: whoever knows it could claim to be its source.
func SourceCode(thread string) string {
	sum := sha256.Sum256([]byte("amana source 1\n" + thread))
	return "T-" + hex.EncodeToString(sum[:5])
}

// person reads the testimonies of a case.
func (j *Job) person(c *cases.Case) (*person, error) {
	p := &person{Case: c}
	for _, thread := range c.Threads {
		s := &source{code: SourceCode(thread.ID), thread: thread}
		for i, ref := range thread.Refs {
			t, err := j.Selection.Testimony(ref)
			if err != nil {
				return nil, err
			}
			s.parts = append(s.parts, &part{i + 1, ref, t, j.words(t), s})
		}
		p.sources = append(p.sources, s)
	}
	return p, nil
}

// parts yields all envelopes of a case.
func (p *person) parts(yield func(*part) bool) {
	for _, s := range p.sources {
		for _, part := range s.parts {
			if !yield(part) {
				return
			}
		}
	}
}

// words returns the questionnaire that gives the answers of a testimony their words.
func (j *Job) words(t *testimony.Testimony) *questionnaire.Schema {
	for _, s := range j.Questions {
		if t.Questionnaire != nil && hex.EncodeToString(s.SHA256[:]) == t.Questionnaire.SHA256 {
			return s
		}
	}
	if len(j.Questions) > 0 {
		return j.Questions[0]
	}
	return questionnaire.Builtin()
}

// question returns what is asked under a key, or nil, and the row.
func (p *part) question(key string) (*questionnaire.Question, int) { return p.words.Find(key) }

// label returns what a code of a question is called; the code itself if nobody knows.
func (p *part) label(key, code, language string) string {
	return labelIn(p.words, key, code, language)
}

func labelIn(s *questionnaire.Schema, key, code, language string) string {
	q, _ := s.Find(key)
	if q == nil || s.Lists[q.List] == nil {
		return code
	}
	if e := s.Lists[q.List].Entry(code); e != nil {
		return e.Label.In(language)
	}
	return code
}

// fileName returns where file i lies in an export.
func (p *part) fileName(i int) string {
	return fmt.Sprintf("files/%s/%d/%s", p.source.code, p.number, shortName(p.ref, i))
}

// shortName is our name for a file, without its folder.
func shortName(ref workspace.Ref, i int) string {
	return fmt.Sprintf("%03d.%s", i+1, testimony.Ending(ref.Files[i].Entry))
}

// writeFiles writes the files of an envelope into the folder.
func (j *Job) writeFiles(ctx context.Context, p *part, folder *Folder) error {
	if !j.files() {
		return nil
	}
	for i := range p.ref.Files {
		err := folder.write(p.fileName(i), func(w io.Writer) error { return j.Selection.File(ctx, p.ref, i, w) })
		if err != nil {
			return fmt.Errorf("file %d of testimony %s: %w", i+1, p.ref.ID, err)
		}
	}
	return nil
}

// span is a date in its three shapes.
type span struct{ edtf, earliest, latest, precision string }

// readDate returns the shapes of a date; precision is empty if it is none.
func readDate(s string) span {
	d, err := edtf.Parse(s)
	if err != nil {
		return span{edtf: s}
	}
	v := span{edtf: s}
	v.earliest, v.latest = d.Range()
	switch {
	case d.Year == 0:
		v.precision = "unknown"
	case d.Month == 0 && d.Day == 0:
		v.precision = "year"
	case d.Month == 0:
		v.precision = "year and day"
	case d.Day == 0:
		v.precision = "month"
	default:
		v.precision = "day"
	}
	if d.About {
		v.precision += ", about"
	}
	return v
}

// dates returns the answers of an envelope that are dates, by key.
func (p *part) dates() map[string]span {
	all := make(map[string]span)
	for key, value := range p.t.Answers {
		if q, _ := p.question(key); q != nil && q.Type == questionnaire.TypeDate {
			all[key] = readDate(value)
		}
	}
	return all
}
