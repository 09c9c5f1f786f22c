package reviewer

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/testimony"
)

// print prints the list for a person.
func (l *listing) print(w io.Writer) {
	news, gone := 0, 0
	for _, t := range l.Threads {
		if t.New > 0 {
			news++
		}
		if t.Withdrawn {
			gone++
		}
	}
	fmt.Fprintf(w, "%s, %d with something new, %d withdrawn\n", cli.Count(len(l.Threads), "thread", "threads"), news, gone)
	for _, t := range l.Threads {
		fmt.Fprintln(w, cli.Plain(t.line()))
		for _, p := range t.Parts {
			for _, n := range p.Notes {
				fmt.Fprintf(w, "    flagged: testimony %s: %s\n", p.ID, cli.Plain(n))
			}
		}
	}
	for _, p := range l.Probes {
		fmt.Fprintf(w, "set aside: %s, received %s: a probe by the operator\n", p.ID, p.Received)
	}
	for i := 0; i < len(l.Failed); { // of each id and reason there can be several, side by side
		f, day, n := l.Failed[i], "", 0
		for ; i < len(l.Failed) && l.Failed[i].ID == f.ID && l.Failed[i].Reason == f.Reason; i++ {
			day, n = max(day, l.Failed[i].Day), n+1
		}
		times := ""
		if n > 1 {
			times = fmt.Sprintf("%d different ones, the last ", n)
		}
		fmt.Fprintf(w, "not opened: testimony %s (%s, %stried on %s): %s\n", f.ID, f.Reason, times, day, cli.Plain(f.Detail))
	}
	for _, path := range l.unfinished {
		fmt.Fprintf(w, "in the open: what was begun at %s and is not whole; amana-decrypt close removes it\n", cli.OneLine(path))
	}
	for _, v := range l.Views {
		fmt.Fprintf(w, "in the open: %s, made on %s; amana-decrypt close removes it\n", cli.Plain(v.Path), v.Made)
	}
}

// line is a thread in one line.
func (t *listedThread) line() string {
	var words []string
	if t.Withdrawn {
		words = append(words, "WITHDRAWN, do not use or publish")
	}
	if t.New > 0 {
		words = append(words, fmt.Sprintf("%d new", t.New))
	}
	count, files := make(map[testimony.Kind]int), 0
	var languages []string
	for _, p := range t.Parts {
		count[p.Kind]++
		files += p.Files
		if p.Language != "" && !slices.Contains(languages, p.Language) {
			languages = append(languages, p.Language)
		}
	}
	words = append(words, kindsOf(count))
	if files > 0 {
		words = append(words, cli.Count(files, "file", "files"))
	}
	words = append(words, strings.Join(languages, " "))
	if t.Replies > 0 {
		words = append(words, cli.Count(t.Replies, "reply", "replies"))
	}
	days := t.First
	if t.Last != t.First {
		days += " to " + t.Last
	}
	return fmt.Sprintf("%s  %s  %s  %s", t.ID, t.Case, days, strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", "))
}
