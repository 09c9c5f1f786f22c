package dossier

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path/filepath"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/internal/unseal"
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
	// Questions give answers and codes their words: those that a testimony was asked
	// with, if they are here, and otherwise the first. There must be one.
	Questions []*questionnaire.Schema
	Opened    []Opened
	Failed    []Failed
	// Damaged names members of the bundle besides the testimonies.
	Damaged []string
	Replies []Reply // that reviewers wrote, the oldest first
}

// Reply is what a reviewer wrote to a source.
type Reply struct {
	ID, Thread, Day, By, Text string
	Sent                      bool   // it was written to a stick
	Read                      string // day on which the source fetched it; empty if not
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
	ID       string
	Kind     testimony.Kind // what it says that it is to its thread
	Thread   string         // the thread that it says it belongs to; empty if of a schema without
	Received string         // the day, as it says itself
	Files    []Sealed       // as the testimony's manifest says, in order
	Notes    []string       // what a reviewer should know, in English
	// Roster says in English under which roster it was sealed.
	Roster string

	reply [32]byte // hash of where a reply can be sent; zero if nowhere
}

// NewOpened tells of an envelope that was added under id.
func NewOpened(id string, e *unseal.Envelope) Opened {
	t := &e.Testimony
	o := Opened{ID: id, Kind: t.Kind, Thread: t.Thread, Received: t.Received}
	for _, f := range e.Files {
		o.Files = append(o.Files, Sealed(f))
	}
	if t.Reply != nil {
		o.reply = sha256.Sum256([]byte(t.Reply.Mailbox + t.Reply.Recipient))
	}
	return o
}

// ReplySum returns the SHA-256, in hexadecimal digits, of where a reply can be sent;
// empty if nowhere.
func (o *Opened) ReplySum() string {
	if o.reply == [32]byte{} {
		return ""
	}
	return hex.EncodeToString(o.reply[:])
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
	//go:embed testimony.html
	testimonyText string
	//go:embed probes.html
	probesText string
	//go:embed style.css
	styleText string

	page = template.Must(template.Must(template.Must(template.New("page").Funcs(template.FuncMap{
		"visibleName": VisibleName, "visibleText": VisibleText, "size": Size, "direction": Direction,
	}).Parse(pageText)).Parse(testimonyText)).Parse(probesText))
)

// policy lets the page do nothing but show itself in its own style.
func policy() string {
	sum := sha256.Sum256([]byte(styleText))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
}

// WriteIndex writes index.html, with what belongs to one thread together. It reads
// one testimony at a time from the folder, so its memory does not grow with them.
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
	cases, probes := setAside(x.Opened)
	threads := group(cases)
	err := page.ExecuteTemplate(w, "head", map[string]any{
		"Policy": policy(), "Style": template.CSS(styleText), "Index": x,
		"Total": len(x.Opened) + len(x.Failed), "Withdrawn": withdrawn(threads), "Probes": len(probes),
	})
	if err != nil {
		return err
	}
	labels, n := newAllLabels(x.Questions), 0
	for _, thread := range threads {
		if err := page.ExecuteTemplate(w, "thread", thread); err != nil {
			return err
		}
		for _, i := range thread.members {
			o := &cases[i]
			t, err := f.read(o)
			if err != nil {
				return fmt.Errorf("testimony %s: %w", o.ID, err)
			}
			t.Kind = o.Kind // schema 1 has none
			n++
			if err := page.ExecuteTemplate(w, "testimony", view(n, o, t, thread, labels.of(t))); err != nil {
				return err
			}
		}
		for _, r := range x.Replies {
			if r.Thread == thread.ID {
				if err := page.ExecuteTemplate(w, "reply", r); err != nil {
					return err
				}
			}
		}
		if err := page.ExecuteTemplate(w, "threadEnd", nil); err != nil {
			return err
		}
	}
	if err := f.writeProbes(w, probes); err != nil {
		return err
	}
	return page.ExecuteTemplate(w, "foot", nil)
}

// read returns the testimony as it was written by Add.
func (f *Folder) read(o *Opened) (*testimony.Testimony, error) {
	file, err := f.root.Open(filepath.Join(placeOf(o.ID, o.Kind), "testimony.json"))
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

// fileView is one file as the page shows it.
type fileView struct {
	Link, Short, Name, Type, SHA256 string
	Size                            int64
}

// view is envelope number n of the page as it shows it.
func view(n int, o *Opened, t *testimony.Testimony, thread *thread, labels *labels) any {
	var files []fileView
	for i, s := range o.Files {
		name := fileName(i, s.Entry)
		v := fileView{Link: o.ID + "/" + name, Short: name, Size: s.Size, SHA256: fmt.Sprintf("%x", s.SHA256)}
		if i < len(t.Files) {
			v.Name, v.Type = t.Files[i].Name, t.Files[i].Type
		}
		files = append(files, v)
	}
	return map[string]any{
		"Number": n, "O": o, "T": t, "Thread": thread, "Files": files,
		"Narrative": t.Answers[testimony.Narrative],
		"Sections":  labels.sections(t), "Consent": labels.consent(t), "Asked": labels.asked(t),
	}
}
