package promises

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amana/internal/mailbox"
	"amana/internal/rig"
)

// TestMovedToANewServer seizes a server: from a backup that was made while testimonies
// came in, and the keys of its onion, another goes on. Every testimony whose receipt was
// shown before the backup is there, the codes of the sources work there, and what the
// reviewers export opens. It fails if the backup misses a record, a reply or a mark.
func TestMovedToANewServer(t *testing.T) {
	t.Parallel()
	state := rig.NewState(t, rig.Erasing, 2)
	server := state.Serve(t, nil, "--reserve", "0")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }

	first := sourceOf(t, state, "told first, and signed for")
	acknowledge(t, state, in("ack.tar"))
	second := sourceOf(t, state, "told second, and not signed for")
	if err := state.WriteReplies(in("replies.tar"), rig.Letter{Thread: second.thread, Text: "an answer"}); err != nil {
		t.Fatal(err)
	}
	state.Run(t, "import", in("replies.tar"))
	third := sourceOf(t, state, "told third, and withdrawn before")
	third.say(t, state, "withdraw", rig.Field{Name: "sure", Value: "1"})
	state.Run(t, "purge", "--acknowledged", "--yes")

	// Others hand in while the backup is written.
	var before, sent atomic.Int64
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for i := range 4 {
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				status, _, err := state.Post(fmt.Sprintf("during the backup %d %d", i, n), rig.Text("photo.jpg", strings.Repeat("x", 300_000)))
				if err == nil && status == 200 {
					sent.Add(1)
				}
			}
		})
	}
	for end := time.Now().Add(time.Minute); sent.Load() < 20; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing comes in")
		}
	}
	tor := in("tor")
	if err := os.MkdirAll(tor, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hostname", "hs_ed25519_secret_key", "hs_ed25519_public_key"} {
		if err := os.WriteFile(filepath.Join(tor, name), []byte("the onion's "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before.Store(sent.Load())
	said := state.Run(t, "backup", "-o", in("backup"), "--onion-keys", tor)
	after := sent.Load()
	close(stop)
	busy.Wait()
	t.Logf("%d receipts before the backup, %d after it", before.Load(), after)
	if after == before.Load() {
		t.Error("nothing came in while the backup was written: the test proves less than it says")
	}
	server.Kill() // seized

	// On another machine.
	moved := *state
	moved.Folder, moved.Socket = in("state"), in("onion.sock")
	restored := moved.Run(t, "restore", in("backup"))
	digest := digestOf(t, said)
	if digestOf(t, restored) != digest || digestOf(t, moved.Run(t, "check")) != digest {
		t.Errorf("the digest differs:\n%s%s", said, restored)
	}
	key, err := os.ReadFile(filepath.Join(moved.Folder, "onion-keys", "hs_ed25519_secret_key"))
	if err != nil || string(key) != "the onion's hs_ed25519_secret_key" {
		t.Errorf("the onion's key: %q, %v", key, err)
	}
	again := moved.Serve(t, nil, "--reserve", "0")
	for _, c := range []struct {
		who  *coded
		says string
	}{
		{first, "1 part of what you sent is with the reviewers and is no longer kept here."},
		{second, "1 answer is waiting for you."},
		{second, "1 part of what you sent is kept here."},
		{third, "This testimony was withdrawn"},
	} {
		if page := c.who.enter(t, &moved); !strings.Contains(page, c.says) {
			t.Errorf("the page of a code does not say %q", c.says)
		}
	}
	page := second.enter(t, &moved)
	if page = second.say(t, &moved, "reply", rig.Field{Name: "id", Value: rig.ReplyIDs(page)[0]}); !strings.Contains(page, "an answer") {
		t.Error("the reply is not shown")
	}
	first.enter(t, &moved)
	if page := first.say(t, &moved, "add", rig.Field{Name: "narrative", Value: "told later"}); !strings.Contains(page, "What you added has arrived") {
		t.Error("nothing can be added")
	}
	first.enter(t, &moved)
	if page := first.say(t, &moved, "withdraw", rig.Field{Name: "sure", Value: "1"}); !strings.Contains(page, "Your testimony is withdrawn") {
		t.Error("what was purged cannot be withdrawn")
	}
	during, withdrawals := int64(0), 0
	found := map[string]bool{}
	for _, o := range moved.Export(t) {
		text := o.Answers["narrative"]
		found[fmt.Sprint(text)] = true
		if strings.HasPrefix(fmt.Sprint(text), "during the backup") {
			during++
		}
		if o.Kind == "withdrawal" {
			withdrawals++
		}
	}
	if during < before.Load() || !found["told second, and not signed for"] || found["told first, and signed for"] || found["told later"] || withdrawals != 2 {
		t.Errorf("%d of %d are there, %d notes of a withdrawal", during, before.Load(), withdrawals)
	}
	again.Stop(t)
}

// coded is a source with a code.
type coded struct {
	words  string
	token  string // of the page before
	thread mailbox.Thread
}

func sourceOf(t *testing.T, s *rig.State, text string) *coded {
	t.Helper()
	status, page, err := s.PostTo("/en/testimony", []rig.Field{{Name: "narrative", Value: text}, {Name: "contact_wish", Value: "code"}})
	if err != nil || status != 200 {
		t.Fatalf("status %d, %v", status, err)
	}
	words := rig.CodeWords(page)
	c := &coded{words: strings.Join(words, " "), token: rig.Token(page)}
	if c.thread, err = rig.ThreadOf(words); err != nil {
		t.Fatal(err)
	}
	return c
}

// enter types the code.
func (c *coded) enter(t *testing.T, s *rig.State) string {
	t.Helper()
	status, page, err := s.PostTo("/en/code", []rig.Field{{Name: "code", Value: c.words}})
	if err != nil || status != 200 {
		t.Fatalf("status %d, %v", status, err)
	}
	c.token = rig.Token(page)
	return page
}

// say posts a form with the token of the page before.
func (c *coded) say(t *testing.T, s *rig.State, path string, fields ...rig.Field) string {
	t.Helper()
	status, page, err := s.PostTo("/en/"+path, append([]rig.Field{{Name: "token", Value: c.token}}, fields...))
	if err != nil || status != 200 {
		t.Fatalf("%s: status %d, %v", path, status, err)
	}
	return page
}

// acknowledge exports what there is, has a reviewer open it, and imports what they sign.
func acknowledge(t *testing.T, s *rig.State, ack string) {
	t.Helper()
	bundle, opened := ack+".bundle", ack+".opened"
	s.Run(t, "export", "-o", bundle)
	cmd := exec.Command(rig.Program(t, rig.Erasing, "amana-decrypt"), "open", bundle, "-i", s.KeyFile, "-o", opened, "--ack", ack)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("open: %v\n%s", err, out)
	}
	s.Run(t, "import", ack)
}

// digestOf returns the digest that a command printed.
func digestOf(t *testing.T, said string) string {
	t.Helper()
	for line := range strings.Lines(said) {
		if rest, ok := strings.CutPrefix(line, "digest "); ok {
			return strings.TrimSpace(rest)[:64]
		}
	}
	t.Fatalf("no digest in\n%s", said)
	return ""
}
