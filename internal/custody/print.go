package custody

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

var (
	//go:embed story.html
	storyText string
	//go:embed story.css
	storyStyle string

	storyPage = template.Must(template.New("story").Parse(storyText))
)

// HTML writes the story as a page to be printed. A browser that shows it asks for
// nothing and runs nothing.
func (s *Story) HTML(w io.Writer, lang string) error {
	b := bufio.NewWriter(w)
	words := wordsOf(lang)
	mark, _ := words.mark(s)
	style := storyStyle + fmt.Sprintf("@page { @top-center { content: %q; color: #700; font: bold 9pt sans-serif; direction: %s; } }\n", mark, words.Dir)
	sum := sha256.Sum256([]byte(style))
	proves, not := words.proven(s)
	err := storyPage.Execute(b, map[string]any{
		"Mark": mark, "Proves": proves, "ProvesNot": not,
		"S": s, "W": words, "Style": template.CSS(style), "Record": fmt.Sprintf(words.Record, s.Links),
		"Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	})
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("write record of custody: %w", err)
	}
	return nil
}

// Text writes the story for a terminal.
func (s *Story) Text(out io.Writer, lang string) error {
	w := wordsOf(lang)
	b := bufio.NewWriter(out)
	say := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	mark, more := w.mark(s)
	say("%s", mark)
	if more != "" {
		say("%s", more)
	}
	say("\n%s", w.Title)
	say("%s: %s", w.Of, s.What)
	say("%s: %s", w.Made, s.Today)
	if len(s.Faults) == 0 {
		say("%s", w.Intact)
	} else {
		say("%s", w.Broken)
		for _, f := range s.Faults {
			say("  %s", f)
		}
	}
	say(w.Record+" %s", s.Links, s.Head)
	say("\n%s", w.Originals)
	for _, o := range s.Originals {
		say("  %s: %s (%s)", w.ID, o.ID, w.Part(o.Kind))
		say("    %s: %s", w.Thread, o.Thread)
		say("    %s: %s", w.Received, o.Received)
		if o.Bundle != "" {
			say("    %s: %s", w.Bundle, o.Bundle)
		}
		say("    %s: %s (%d %s)", w.File, o.File, o.Size, w.Bytes)
		say("    %s: %s", w.Payload, o.Payload)
		if o.Document != "" {
			say("    %s: %s", w.Document, o.Document)
		}
		for _, f := range o.Files {
			say("    %s: %s %s (%d %s)", w.SourceFiles, f.Entry, f.SHA256, f.Size, w.Bytes)
		}
	}
	say("\n%s", w.Steps)
	for _, x := range s.Steps {
		say("  %d. %s  %s", x.Number, x.Day, w.Name(x.Act))
		if x.By != "" {
			say("    %s: %s  %s", w.By, x.By, x.Key)
		}
		for _, f := range [][2]string{{w.Why, x.Purpose}, {w.To, x.Recipient}, {w.More, x.Detail}} {
			if f[1] != "" {
				say("    %s: %s", f[0], f[1])
			}
		}
		for i := range x.Own {
			say("    %s: %s", w.What, x.Own[i].String())
		}
		if x.Others > 0 {
			say("    %s", w.Others(x.Others))
		}
		if x.Hash != "" {
			say("    %s: %s", w.Hash, x.Hash)
		}
	}
	proves, not := w.proven(s)
	for _, list := range []struct {
		title string
		all   []string
	}{{w.Proves, proves}, {w.ProvesNot, not}} {
		say("\n%s", list.title)
		for _, line := range list.all {
			say("  - %s", line)
		}
	}
	return b.Flush()
}

// String says what something was done with, in one line.
func (s *Subject) String() string {
	var all []string
	for _, x := range []string{s.Testimony, s.Case, s.Thread, s.Detail} {
		if x != "" {
			all = append(all, x)
		}
	}
	if s.Hash != "" {
		all = append(all, "SHA-256 "+s.Hash)
	}
	return strings.Join(all, "  ")
}
