package reviewer

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"amana/internal/cli"
	"amana/internal/testimony"

	"filippo.io/age"
)

// idOf reads an id in its one spelling, 32 hexadecimal digits in lower case.
func idOf(s string) (id [16]byte, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(id) || hex.EncodeToString(raw) != s {
		return id, errors.New("not an id of 32 hexadecimal digits")
	}
	return [16]byte(raw), nil
}

// letter is what answering needs to know of one opened testimony.
type letter struct {
	ID       string           `json:"-"`
	Kind     testimony.Kind   `json:"kind"`
	Thread   string           `json:"thread"`
	Received string           `json:"received"`
	Reply    *testimony.Reply `json:"reply"`
}

// thread is all that an opened folder says of one source.
type thread struct {
	id        string
	parts     int    // testimonies and additions
	last      string // the day the latest of them was received
	mailbox   [16]byte
	recipient *age.HybridRecipient
}

// leastDigits is how much of an id must be given. With fewer a slip of the finger
// could name another thread.
const leastDigits = 4

// findThread looks in a folder that open made for the one thread whose id, or an id
// of one of whose testimonies, begins with prefix. It trusts nothing in the folder.
func findThread(root *os.Root, prefix string) (*thread, error) {
	prefix = strings.ToLower(strings.TrimSpace(prefix))
	if len(prefix) < leastDigits || strings.Trim(prefix, "0123456789abcdef") != "" {
		return nil, cli.Hint(fmt.Errorf("--thread must be at least the first %d digits of an id", leastDigits),
			"copy the id of the thread, or of one of its testimonies, from index.html")
	}
	var found []string // threads
	var old string     // a testimony without a thread
	err := eachLetter(root, func(l *letter) error {
		switch {
		case !strings.HasPrefix(l.ID, prefix) && !strings.HasPrefix(l.Thread, prefix):
		case l.Thread == "":
			old = l.ID
		case !slices.Contains(found, l.Thread):
			found = append(found, l.Thread)
		}
		if len(found) > 1 {
			return cli.Hint(fmt.Errorf("%s begins the ids of several threads, of %s and %s among others", prefix, found[0], found[1]), "give more digits with --thread")
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0 && old != "":
		return nil, fmt.Errorf("testimony %s cannot be answered: it was handed in before there were replies", old)
	case len(found) == 0:
		return nil, cli.Hint(fmt.Errorf("no thread and no testimony in this folder begins with %s", prefix), "copy the id from index.html of the same folder")
	case old != "":
		return nil, cli.Hint(fmt.Errorf("%s begins the ids of several testimonies, of %s among others", prefix, old), "give more digits with --thread")
	}
	return readThread(root, found[0])
}

// readThread gathers what the folder says of one thread.
func readThread(root *os.Root, id string) (*thread, error) {
	t := &thread{id: id}
	var reply *testimony.Reply
	withdrawn := false
	err := eachLetter(root, func(l *letter) error {
		if l.Thread != id {
			return nil
		}
		switch l.Kind {
		case testimony.Withdrawal:
			withdrawn = true
		case testimony.First, testimony.Addition:
			t.parts++
			t.last = max(t.last, l.Received)
		}
		switch {
		case l.Reply == nil:
		case reply == nil:
			reply = l.Reply
		case *reply != *l.Reply:
			return spoilt("thread %s names more than one place for replies", id)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case withdrawn:
		return nil, cli.Hint(fmt.Errorf("thread %s cannot be answered: its source has withdrawn it, and nothing can reach them any more", id), "do with what you have as the note in the folder says")
	case reply == nil:
		return nil, fmt.Errorf("thread %s cannot be answered: its source took no code to come back with", id)
	}
	if t.mailbox, err = idOf(reply.Mailbox); err != nil {
		return nil, spoilt("the mailbox of thread %s is %v", id, err)
	}
	if t.recipient, err = age.ParseHybridRecipient(reply.Recipient); err != nil { // not err: it quotes a stranger's words
		return nil, spoilt("what thread %s names as its recipient is no post-quantum age recipient", id)
	}
	return t, nil
}

// spoilt is the error about a folder that says what no honest server lets in.
func spoilt(format string, args ...any) error {
	return cli.Hint(fmt.Errorf("this folder is not to be trusted: "+format, args...), "nothing was written; open the bundle again into a new folder, and if it stays so, tell the operator and an administrator")
}

// eachLetter calls fn for every testimony of the folder. Whatever it does not find
// as open writes it is an error: a note that takes a thread back could be hidden by
// it.
func eachLetter(root *os.Root, fn func(*letter) error) error {
	dir, err := root.Open(".")
	if err != nil {
		return fmt.Errorf("read folder: %w", err)
	}
	defer dir.Close()
	any := false
	for {
		entries, err := dir.ReadDir(1000)
		for _, e := range entries {
			if _, err := idOf(e.Name()); err != nil {
				continue
			}
			any = true
			l, err := readLetter(root, e.Name())
			if err != nil {
				return cli.Hint(fmt.Errorf("testimony %s is not as amana-decrypt open writes it: %w", e.Name(), err), "open the bundle again into a new folder")
			}
			if err := fn(l); err != nil {
				return err
			}
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("read folder: %w", err)
		}
		if len(entries) == 0 {
			break
		}
	}
	if !any {
		return cli.Hint(errors.New("no testimony is in this folder"), "give the folder that amana-decrypt open made, with --folder")
	}
	return nil
}

// readLetter reads one testimony.json. It follows no link and waits for nothing.
func readLetter(root *os.Root, id string) (*letter, error) {
	f, err := root.OpenFile(filepath.Join(id, "testimony.json"), plainly, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > testimony.MaxDocument {
		return nil, errors.New("testimony.json is not a file, or too large")
	}
	l := &letter{ID: id}
	if err := json.NewDecoder(io.LimitReader(f, testimony.MaxDocument)).Decode(l); err != nil { // not err: it may quote words
		return nil, errors.New("testimony.json cannot be read")
	}
	if _, err := idOf(l.Thread); err != nil && l.Thread != "" {
		return nil, errors.New("testimony.json names no thread")
	}
	if _, err := time.Parse(time.DateOnly, l.Received); err != nil {
		return nil, errors.New("testimony.json names no day")
	}
	return l, nil
}
