package export

import (
	"io"
	"strconv"

	"amana/internal/consent"
	"amana/internal/facts"
	"amana/internal/questionnaire"
)

var placeHeader = []string{"case", "number", "place", "place_en", "place_ar",
	"from", "from_earliest", "from_latest", "from_precision", "to", "to_earliest", "to_latest", "to_precision",
	"known", "known_en", "known_ar"}

// placeRows writes a row for each stay in a place of detention.
func (j *Job) placeRows(p *person, row func(...string) error) error {
	f, err := facts.Of(j.Selection, p.Case)
	if err != nil {
		return err
	}
	for i, place := range f.Places {
		cells := append([]string{p.ID, strconv.Itoa(i + 1)}, listCells("place", place.Place)...)
		cells = append(append(cells, dateCells(place.From)...), dateCells(place.To)...)
		if err := row(append(cells, listCells("place_known", place.Known)...)...); err != nil {
			return err
		}
	}
	return nil
}

// listCells returns a code of a list with its names in English and Arabic.
func listCells(list, code string) []string {
	cells := []string{code, code, code}
	if l := questionnaire.Builtin().Lists[list]; l != nil {
		if e := l.Entry(code); e != nil {
			cells[1], cells[2] = e.Label.In("en"), e.Label.In("ar")
		}
	}
	return cells
}

func (j *Job) fileHeader() []string {
	header := []string{"case", "source", "part", "number", "path", "bytes"}
	if !j.Selection.Use.Public() {
		header = append(header, "sha256")
	}
	if j.Selection.Use == consent.Own {
		header = append(header, "name_on_their_device", "type_they_gave")
	}
	return header
}

// fileRows writes a row for each file; path is empty if the files do not go along.
func (j *Job) fileRows(p *person, row func(...string) error) error {
	for part := range p.parts {
		for i, f := range part.ref.Files {
			path := ""
			if j.files() {
				path = part.fileName(i)
			}
			cells := []string{p.ID, part.source.code, strconv.Itoa(part.number), strconv.Itoa(i + 1), path, strconv.FormatInt(f.Size, 10)}
			if !j.Selection.Use.Public() {
				cells = append(cells, f.SHA256)
			}
			if j.Selection.Use == consent.Own {
				name, kind := "", ""
				if i < len(part.t.Files) {
					name, kind = part.t.Files[i].Name, part.t.Files[i].Type
				}
				cells = append(cells, name, kind)
			}
			if err := row(cells...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *Job) consentHeader() []string {
	header := []string{"case", "source"}
	if j.Selection.Use != consent.Own {
		return append(header, "allowed", "allowed_en", "allowed_ar")
	}
	header = append(header, "withdrawn", "secret")
	for _, use := range consent.Uses[1:] {
		header = append(header, string(use))
	}
	return header
}

// consentRows writes what each source allows: to a recipient, that they allowed it this
// one use; of what else they allowed it learns nothing.
func (j *Job) consentRows(p *person, row func(...string) error) error {
	use := j.Selection.Use
	for _, s := range p.sources {
		if use != consent.Own {
			if err := row(p.ID, s.code, string(use), use.In("en"), use.In("ar")); err != nil {
				return err
			}
			continue
		}
		may, err := j.Selection.Permissions(p.Case, s.thread)
		if err != nil {
			return err
		}
		cells := []string{p.ID, s.code, yes(may.Withdrawn), yes(may.Secret)}
		for _, use := range consent.Uses[1:] {
			cells = append(cells, yes(may.Allows(use)))
		}
		if err := row(cells...); err != nil {
			return err
		}
	}
	return nil
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// custodyTable writes the record of custody of what leaves.
func (j *Job) custodyTable(folder *Folder) error {
	if j.Custody == nil || j.Selection.Use.Public() {
		return nil
	}
	return folder.write("custody.csv", func(w io.Writer) error {
		header := []string{"link", "day", "act", "case", "source", "sha256", "detail"}
		own := j.Selection.Use == consent.Own
		if own {
			header = append(header, "by", "purpose", "recipient", "link_sha256")
		}
		t, err := newTable(w, true, header...)
		if err != nil {
			return err
		}
		err = j.steps(func(s step) error {
			cells := []string{strconv.Itoa(s.number), s.day, s.act, s.person, s.source, s.hash, s.detail}
			if own {
				cells = append(cells, s.by, s.purpose, s.recipient, s.link)
			}
			return t.row(cells...)
		})
		if err != nil {
			return err
		}
		return t.flush()
	})
}
