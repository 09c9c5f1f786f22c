package export

import (
	"context"
	"io"

	"amana/internal/cases"
	"amana/internal/consent"
)

// writeJSON writes cases.jsonl, a case a line in canonical JSON, and the files beside
// it; for the reviewers' own archive also all that a workspace is made of.
func writeJSON(ctx context.Context, j *Job, folder *Folder) error {
	err := folder.write("cases.jsonl", func(w io.Writer) error {
		return j.each(ctx, func(p *person) error {
			line, err := canonical(j.document(p))
			if err != nil {
				return err
			}
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
			for part := range p.parts {
				if err := j.writeFiles(ctx, part, folder); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err == nil {
		err = j.writeCustody(folder)
	}
	if err == nil && j.Selection.Use == consent.Own {
		err = j.writeArchive(ctx, folder)
	}
	return err
}

// document returns a case as JSON has it.
func (j *Job) document(p *person) map[string]any {
	sources := make([]any, 0, len(p.sources))
	for _, s := range p.sources {
		parts := make([]any, 0, len(s.parts))
		for _, part := range s.parts {
			parts = append(parts, j.partDocument(part))
		}
		doc := map[string]any{"source": s.code, "parts": parts}
		if j.Selection.Use == consent.Own {
			doc["thread"], doc["withdrawn"] = s.thread.ID, s.thread.Withdrawn
		}
		sources = append(sources, doc)
	}
	return map[string]any{"case": p.ID, "sources": sources, "coding": j.coding(p)}
}

func (j *Job) partDocument(p *part) map[string]any {
	own := j.Selection.Use == consent.Own
	t := p.t
	dates := make(map[string]any)
	for key, d := range p.dates() {
		dates[key] = map[string]any{"edtf": d.edtf, "earliest": d.earliest, "latest": d.latest, "precision": d.precision}
	}
	files := make([]any, 0, len(p.ref.Files))
	for i, f := range p.ref.Files {
		file := map[string]any{"number": i + 1, "size": f.Size}
		if !j.Selection.Use.Public() {
			file["sha256"] = f.SHA256
		}
		if j.files() {
			file["path"] = p.fileName(i)
		}
		if own && i < len(t.Files) {
			file["name"], file["type"] = t.Files[i].Name, t.Files[i].Type
		}
		files = append(files, file)
	}
	doc := map[string]any{
		"part": p.number, "kind": string(t.Kind), "language": t.Language,
		"answers": t.Answers, "choices": t.Choices, "dates": dates, "files": files,
	}
	if q := t.Questionnaire; q != nil {
		doc["questionnaire"] = map[string]any{"name": q.Name, "version": q.Version, "sha256": q.SHA256}
	}
	if !j.Selection.Use.Public() {
		doc["received"] = t.Received
		doc["roster"] = map[string]any{"epoch": t.Roster.Epoch, "sha256": t.Roster.SHA256}
	}
	if own {
		doc["id"], doc["sha256"] = p.ref.ID, p.ref.SHA256
	}
	return doc
}

// coding returns what reviewers coded of a case.
func (j *Job) coding(p *person) []any {
	all := make([]any, 0, len(p.Values))
	for _, v := range p.Values {
		all = append(all, codingDocument(v, p.ID, j.Selection.Use == consent.Own))
	}
	return all
}

func codingDocument(v cases.Value, person string, own bool) map[string]any {
	subject := person
	if v.Subject != person {
		subject = SourceCode(v.Subject)
	}
	doc := map[string]any{"subject": subject, "field": v.Field, "value": v.Value}
	if v.Day != "" {
		doc["day"] = v.Day
	}
	if own {
		doc["note"], doc["by"], doc["name"], doc["entry"] = v.Note, v.By, v.Name, v.Entry
	}
	return doc
}
