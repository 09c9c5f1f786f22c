package promises

import (
	"io"
	"strings"
	"testing"
	"time"

	"amana/internal/mailbox"
	"amana/internal/rig"
)

// source is somebody who has a code, and does with it what can be done.
type source struct {
	t      *testing.T
	s      *rig.Server
	marks  *sought
	lang   string
	words  []string
	thread mailbox.Thread
	token  string // of the page before

	came func() // called when an answer came
	look func() // called when it is known what to look for after it
}

// newSource hands in a testimony and takes the code from the receipt.
func newSource(t *testing.T, s *rig.Server, marks *sought, lang, narrative string) *source {
	t.Helper()
	c := &source{t: t, s: s, marks: marks, lang: lang, came: func() {}, look: func() {}}
	c.begin(narrative)
	return c
}

func (c *source) begin(narrative string) {
	c.t.Helper()
	page := c.post(200, "testimony", append(answered(narrative), rig.Field{Name: "contact_wish", Value: "code"}))
	c.words = rig.CodeWords(page)
	var err error
	if c.thread, err = rig.ThreadOf(c.words); err != nil {
		c.t.Fatalf("the receipt has no code of %d words: %v", len(c.words), err)
	}
	c.marks.code(c.t, c.words)
	c.marks.thread(c.t, c.thread)
	c.look()
}

// say posts a form and returns the page.
func (c *source) say(want int, path string, fields []rig.Field, files ...string) string {
	c.t.Helper()
	defer c.look()
	return c.post(want, path, fields, files...)
}

// post is say without a look. Where all places are taken it tries again.
func (c *source) post(want int, path string, fields []rig.Field, files ...string) string {
	c.t.Helper()
	for range 200 {
		var sent []rig.File
		for _, content := range files {
			sent = append(sent, rig.Text(fileNameMark+".jpg", content))
		}
		status, page, err := c.s.PostTo("/"+c.lang+"/"+path, fields, sent...)
		c.came()
		if token := c.marks.token(page); token != "" {
			c.token = token
		}
		if err == nil && status == want {
			return page
		}
		if err != nil || status != 503 {
			c.t.Errorf("%s: status %d, want %d: %v", path, status, want, err)
			return ""
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Errorf("%s: there is never a place", path)
	return ""
}

// with returns fields after the token of the page before.
func (c *source) with(fields ...rig.Field) []rig.Field {
	return append([]rig.Field{{Name: "token", Value: c.token}}, fields...)
}

// typing types words as a code.
func (c *source) typing(want int, text string) string {
	c.t.Helper()
	c.marks.typed(text)
	return c.say(want, "code", []rig.Field{{Name: "code", Value: text}})
}

// mistyped returns the code with two words exchanged.
func (c *source) mistyped() string {
	for i := range c.words {
		wrong := append([]string(nil), c.words...)
		j := (i + 1) % len(wrong)
		wrong[i], wrong[j] = wrong[j], wrong[i]
		text := strings.Join(wrong, " ")
		if _, err := mailbox.ParseCode(text); err != nil {
			return text
		}
	}
	c.t.Fatal("a code is right in whatever order")
	return ""
}

// respelled returns the code as somebody in a hurry writes it.
func (c *source) respelled() string {
	if c.lang == "en" {
		return "1. " + strings.ToUpper(strings.Join(c.words, ", ")) + "."
	}
	var words []string
	for _, word := range c.words {
		letters := []rune(word)
		words = append(words, string(letters[0])+"َـ"+string(letters[1:]))
	}
	return strings.Join(words, "، ")
}

// converse does everything that a page offers to who has a code: the reply waits
// already. At the end the thread is withdrawn if that is wanted.
func (c *source) converse(withdraw bool) {
	c.t.Helper()
	c.typing(400, c.mistyped())
	page := c.typing(200, strings.Join(c.words, " "))
	ids := rig.ReplyIDs(page)
	if len(ids) != 1 {
		c.t.Errorf("%d replies wait", len(ids))
		return
	}
	page = c.say(200, "reply", c.with(rig.Field{Name: "id", Value: ids[0]}))
	if !strings.Contains(page, replyMark) {
		c.t.Error("the reply is not shown")
	}
	c.say(200, "thread", c.with())
	c.say(200, "add", c.with(rig.Field{Name: "narrative", Value: dense(additionMark, 3000)}), dense(addedMark, 90_000), "")
	c.say(413, "add", c.with(rig.Field{Name: "narrative", Value: dense(additionMark, 500)}), dense(addedMark, 3<<20))
	c.cutOff()

	// His name: the page, a mistake, and it is kept.
	c.say(200, "name", c.with())
	name := []rig.Field{
		{Name: "send", Value: "1"}, {Name: "his_name", Value: dense(hisNameMark, 150)}, {Name: "his_mother", Value: dense(hisNameMark2, 150)},
		{Name: "his_birth_y", Value: "1987"}, {Name: "his_birth_m", Value: "13"},
	}
	c.say(400, "name", c.with(name...))
	c.say(200, "name", c.with(name[:4]...))

	// On a page that is too old the words come back beside the field for the code.
	old := []rig.Field{{Name: "token", Value: strings.Repeat("A", len(c.token))}, {Name: "narrative", Value: dense(additionMark, 800)}}
	c.say(400, "add", old, dense(addedMark, 5000))
	c.marks.typed(c.respelled())
	c.say(200, "code", []rig.Field{{Name: "code", Value: c.respelled()}, old[1]})
	if withdraw {
		c.say(200, "withdraw", c.with())
		c.say(200, "withdraw", c.with(rig.Field{Name: "sure", Value: "1"}))
		c.say(409, "add", c.with(old[1]))
		c.typing(200, strings.Join(c.words, " "))
	}
}

// cutOff breaks an addition off in the middle.
func (c *source) cutOff() {
	body, size := rig.FormOf(c.with(rig.Field{Name: "narrative", Value: dense(additionMark, 500)}), rig.Text(fileNameMark, dense(addedMark, 50_000)))
	cutOff(c.s, io.MultiReader(strings.NewReader(rig.Head("/"+c.lang+"/add", size)), io.LimitReader(body, size/2)))
}

// stranger returns a code that nobody has.
func stranger(lang string) string { return strings.Join(mailbox.NewCode().Words(lang), " ") }
