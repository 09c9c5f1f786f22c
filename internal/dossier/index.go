package dossier

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"slices"

	"amana/internal/testimony"
)

// Reason says why a testimony could not be opened.
type Reason string

// The reasons; index.html has words and advice for each.
const (
	NotOurs   Reason = "not-ours"  // sealed to other reviewers
	Damaged   Reason = "damaged"   // not the bytes that the server sealed
	Malformed Reason = "malformed" // sealed, but not made as a testimony must be
	Newer     Reason = "newer"     // made by a newer version
	// Unreadable means that the medium gives an error in that place.
	Unreadable Reason = "unreadable"
)

// Index is what index.html says besides the testimonies themselves.
type Index struct {
	Made   string // the day the bundle was made
	Intake string // verifier key of the server that made it
	Known  bool   // whether that key was compared with the one the operator gave out
	Chain  Chain  // what is known of the rosters
	Opened []Opened
	Failed []Failed
	// Damaged names members of the bundle besides the testimonies.
	Damaged []string
}

// ChainState says what is known of the rosters in a bundle.
type ChainState string

// The states; index.html has words for each.
const (
	ChainWhole  ChainState = "whole"  // each roster is signed for by the one before
	ChainBroken ChainState = "broken" // they are not one chain, or there is none
	ChainOld    ChainState = "none"   // the bundle is of before there were rosters
)

// Chain is what is known of the rosters in a bundle.
type Chain struct {
	State   ChainState
	Rosters int      // how many
	Pinned  bool     // the first is the one that the person named
	First   string   // SHA-256 of the first one's text
	Words   []string // its fingerprint in Arabic and in English
	Detail  string   // in English: why the chain is broken
}

// Opened is a testimony that was added.
type Opened struct {
	ID    string
	Files []Sealed // as the testimony's manifest says, in order
	Notes []string // what a reviewer should know, in English
	// Roster says in English under which roster it was sealed.
	Roster string
}

// Sealed is what was sealed of one file.
type Sealed struct {
	Entry  string
	Size   int64
	SHA256 [32]byte
}

// Failed is a testimony that was left out.
type Failed struct {
	ID     string
	Reason Reason
	Detail string // one sentence in English: what was found, or who can open it
}

var (
	//go:embed index.html
	pageText string
	//go:embed style.css
	styleText string

	page = template.Must(template.New("page").Funcs(template.FuncMap{
		"visibleName": visibleName, "visibleText": visibleText, "size": size, "direction": direction,
	}).Parse(pageText))
)

// policy lets the page do nothing but show itself in its own style.
func policy() string {
	sum := sha256.Sum256([]byte(styleText))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
}

// WriteIndex writes index.html. It reads one testimony at a time from the
// folder, so its memory does not grow with them.
func (f *Folder) WriteIndex(x Index) error {
	err := f.write("index.html", func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 64<<10)
		if err := f.writeIndex(b, x); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil {
		return fmt.Errorf("write index.html: %w", err)
	}
	return nil
}

func (f *Folder) writeIndex(w io.Writer, x Index) error {
	err := page.ExecuteTemplate(w, "head", map[string]any{
		"Policy": policy(), "Style": template.CSS(styleText), "Index": x,
		"Total": len(x.Opened) + len(x.Failed),
	})
	if err != nil {
		return err
	}
	for i, o := range x.Opened {
		t, err := f.read(o.ID)
		if err != nil {
			return fmt.Errorf("testimony %s: %w", o.ID, err)
		}
		if err := page.ExecuteTemplate(w, "testimony", view(i, o, t)); err != nil {
			return err
		}
	}
	return page.ExecuteTemplate(w, "foot", nil)
}

// read returns the testimony as it was written by Add.
func (f *Folder) read(id string) (*testimony.Testimony, error) {
	file, err := f.root.Open(filepath.Join(id, "testimony.json"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var t testimony.Testimony
	if err := json.NewDecoder(io.LimitReader(file, testimony.MaxDocument)).Decode(&t); err != nil {
		return nil, err
	}
	return &t, nil
}

// row is a name and what it names.
type row struct{ Key, Value string }

// fileView is one file as the page shows it.
type fileView struct {
	Link, Short, Name, Type, SHA256 string
	Size                            int64
}

// view is one testimony as the page shows it.
func view(i int, o Opened, t *testimony.Testimony) any {
	var answers []row
	for key, value := range t.Answers {
		if key != testimony.Narrative && value != "" {
			answers = append(answers, row{key, value})
		}
	}
	slices.SortFunc(answers, func(a, b row) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	var files []fileView
	for n, s := range o.Files {
		name := fileName(n, s.Entry)
		v := fileView{Link: o.ID + "/" + name, Short: name, Size: s.Size, SHA256: fmt.Sprintf("%x", s.SHA256)}
		if n < len(t.Files) {
			v.Name, v.Type = t.Files[n].Name, t.Files[n].Type
		}
		files = append(files, v)
	}
	return map[string]any{
		"Number": i + 1, "ID": o.ID, "T": t, "Narrative": t.Answers[testimony.Narrative],
		"Answers": answers, "Files": files, "Notes": o.Notes, "Roster": o.Roster,
	}
}
