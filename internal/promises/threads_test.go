package promises

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"amana/internal/mailbox"
	"amana/internal/rig"
	"amana/internal/testimony"
)

// told is what a source with a code was told. Nothing else binds the server.
type told struct {
	words     []string
	thread    mailbox.Thread
	shown     map[string]bool // texts with a receipt, or on a page that says that they are added
	asked     bool            // the withdrawal was sent
	withdrawn bool            // and the page that says so was shown
}

// threads notes what sources with codes did, and what they were told.
type threads struct {
	mu   sync.Mutex
	all  []*told
	sent map[string]*told // by text; nil where no receipt came
}

func newThreads() *threads { return &threads{sent: make(map[string]*told)} }

// whole reports whether a page came to its end with the status 200.
func whole(status int, page string, err error) bool {
	return err == nil && status == 200 && strings.Contains(page, "</html>")
}

// begin hands in a testimony and returns who got a code for it, and the token of the
// receipt; nil if no receipt came.
func (b *threads) begin(s *rig.State, text string) (*told, string) {
	b.mu.Lock()
	b.sent[text] = nil
	b.mu.Unlock()
	status, page, err := s.PostTo("/en/testimony", []rig.Field{{Name: "narrative", Value: text}, {Name: "contact_wish", Value: "code"}})
	if !whole(status, page, err) {
		return nil, ""
	}
	words := rig.CodeWords(page)
	thread, err := rig.ThreadOf(words)
	if err != nil {
		return nil, "" // settle misses the receipt
	}
	one := &told{words: words, thread: thread, shown: map[string]bool{text: true}}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all, b.sent[text] = append(b.all, one), one
	return one, rig.Token(page)
}

// again returns a source who has a code, if there is one, and the token of the page
// that it opens.
func (b *threads) again(s *rig.State, text string) (*told, string) {
	b.mu.Lock()
	if len(b.all) == 0 {
		b.mu.Unlock()
		return b.begin(s, text)
	}
	one := b.all[rand.IntN(len(b.all))]
	b.mu.Unlock()
	status, page, err := s.PostTo("/en/code", []rig.Field{{Name: "code", Value: strings.Join(one.words, " ")}})
	if !whole(status, page, err) {
		return nil, ""
	}
	return one, rig.Token(page)
}

// add sends an addition and reports whether there was an answer.
func (b *threads) add(s *rig.State, one *told, token, text string, size int) bool {
	b.mu.Lock()
	b.sent[text] = one
	b.mu.Unlock()
	files := []rig.File{rig.Text("a.jpg", strings.Repeat("x", size))}[:min(size, 1)]
	status, page, err := s.PostTo("/en/add", []rig.Field{{Name: "token", Value: token}, {Name: "narrative", Value: text}}, files...)
	if whole(status, page, err) {
		b.mu.Lock()
		one.shown[text] = true
		b.mu.Unlock()
	}
	return err == nil
}

// withdraw withdraws a thread and reports whether there was an answer.
func (b *threads) withdraw(s *rig.State, one *told, token string) bool {
	b.mu.Lock()
	one.asked = true
	b.mu.Unlock()
	status, page, err := s.PostTo("/en/withdraw", []rig.Field{{Name: "token", Value: token}, {Name: "sure", Value: "1"}})
	if whole(status, page, err) {
		b.mu.Lock()
		one.withdrawn = true
		b.mu.Unlock()
	}
	return err == nil
}

// kept are the threads in a bundle.
type kept struct {
	texts map[string]string // the thread of each text
	notes map[string]bool   // threads of which there is a note that they are withdrawn
}

func (b *threads) export(t *testing.T, s *rig.State) kept {
	t.Helper()
	k := kept{make(map[string]string), make(map[string]bool)}
	for _, o := range s.Export(t) {
		text := o.Answers[testimony.Narrative]
		_, ours := b.sent[text]
		switch {
		case o.Kind == testimony.Withdrawal:
			k.notes[o.Thread] = true
		case !ours || k.texts[text] != "":
			t.Errorf("kept, but never handed in or kept twice: %q", text)
		default:
			k.texts[text] = o.Thread
		}
	}
	return k
}

// settle holds what is kept against what sources were told; then those who do not
// know whether their withdrawal was done ask again, and it is held against it anew.
func (b *threads) settle(t *testing.T, s *rig.State) {
	t.Helper()
	shown, withdrawn, asked := b.hold(t, b.export(t, s))
	if shown == 0 || withdrawn == 0 {
		t.Errorf("%d pages of thanks and %d withdrawals were shown: the test proves nothing", shown, withdrawn)
	}
	server := s.Serve(t, nil)
	for _, one := range b.all {
		status, page, err := s.PostTo("/en/code", []rig.Field{{Name: "code", Value: strings.Join(one.words, " ")}})
		if !whole(status, page, err) {
			t.Fatalf("status %d, %v", status, err)
		}
		if open := strings.Contains(page, `action="/en/add"`); one.withdrawn && open {
			t.Error("a thread that was withdrawn takes additions")
		} else if !one.asked && !open {
			t.Error("a thread that nobody withdrew is withdrawn")
		}
		if one.asked && !b.withdraw(s, one, rig.Token(page)) {
			t.Error("a withdrawal cannot be sent again")
		}
	}
	after := b.export(t, s)
	b.hold(t, after)
	server.Kill()
	t.Logf("%d threads, %d texts sent, %d said to be kept; %d withdrawals sent, %d said to be done; %d texts and %d notes are kept",
		len(b.all), len(b.sent), shown, asked, withdrawn, len(after.texts), len(after.notes))
}

// hold compares.
func (b *threads) hold(t *testing.T, k kept) (shown, withdrawn, asked int) {
	t.Helper()
	for _, one := range b.all {
		id := one.thread.ID()
		name := hex.EncodeToString(id[:])
		if one.asked {
			asked++
		}
		if one.withdrawn {
			withdrawn++
			if !k.notes[name] {
				t.Error("a thread was withdrawn, and the reviewers have no note")
			}
		}
		if k.notes[name] && !one.asked {
			t.Error("there is a note of a withdrawal that nobody asked for")
		}
		for text := range one.shown {
			shown++
			switch of := k.texts[text]; {
			case of == "" && !k.notes[name]:
				t.Errorf("%q was said to be kept, and is not", text)
			case of != "" && of != name:
				t.Errorf("%q is kept in another thread", text)
			}
		}
	}
	// Also what was never said to be kept, and what came in meanwhile.
	for text, of := range k.texts {
		if one := b.sent[text]; one != nil && one.withdrawn {
			t.Errorf("%q is in a bundle, of thread %.4s…, which was withdrawn", text, of)
		}
	}
	return shown, withdrawn, asked
}

// one is a source who hands in, adds twice and withdraws, and one who does not
// withdraw.
func (b *threads) one(s *rig.State, text string) {
	for _, withdraw := range []bool{true, false} {
		name := fmt.Sprintf("%s %v", text, withdraw)
		one, token := b.begin(s, name)
		if one == nil || !b.add(s, one, token, name+" +1", 0) || !b.add(s, one, token, name+" +2", 300_000) {
			return
		}
		if withdraw && !b.withdraw(s, one, token) {
			return
		}
	}
}
