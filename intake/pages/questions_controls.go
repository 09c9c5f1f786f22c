package pages

import (
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"amana/internal/questionnaire"
)

// quiet keeps what is typed away from the browser's memory and dictionaries.
const quiet = " autocomplete=off spellcheck=false"

// free adds a box for free words. Its limit is left out when it holds more:
// the source must be able to see all of it and to shorten it.
func (b *builder) free(p place) {
	limit := func(w io.Writer, st State, f *filled) error {
		if n := limitOf(p.Question, p.key, st); utf8.RuneCountInString(f.first(p.key)) <= n {
			return writeStrings(w, " maxlength=", strconv.Itoa(n))
		}
		return nil
	}
	var room func()
	if p.key == narrativeField {
		p.hinted = true
		room = func() {
			b.put(" ")
			b.gap(func(w io.Writer, st State, _ *filled) error {
				return b.asked.writeLimits(w, "form.narrative_limit", State{MaxText: limitOf(p.Question, p.key, st)})
			})
		}
	}
	b.head(p, room)
	if p.Rows > 1 {
		b.put("<textarea id=", p.id, " name=", plain(p.key), " rows=", strconv.Itoa(p.Rows), quiet)
		b.gap(limit)
		b.described(p, true)
		b.put(">\n") // HTML drops the first line end
		b.gap(func(w io.Writer, _ State, f *filled) error { return writeEscaped(w, f.first(p.key)) })
		b.put("</textarea>")
		return
	}
	b.put("<input id=", p.id, " name=", plain(p.key), " dir=auto", quiet)
	b.gap(limit)
	b.described(p, true)
	b.value(p.key)
	b.put(">")
}

// value adds a gap for the value of a control of one line.
func (b *builder) value(name string) {
	b.gap(func(w io.Writer, _ State, f *filled) error {
		value := f.first(name)
		if value == "" {
			return nil
		}
		if err := writeStrings(w, ` value="`); err != nil {
			return err
		}
		if err := writeEscaped(w, value); err != nil {
			return err
		}
		return writeStrings(w, `"`)
	})
}

// chosen adds a gap for an attribute that says that a value was chosen. A value
// that is on no list of ours can only be lost.
func (b *builder) chosen(name, value, attribute string) {
	b.gap(func(w io.Writer, _ State, f *filled) error {
		if !slices.Contains(f.values[name], value) {
			return nil
		}
		return writeStrings(w, attribute)
	})
}

// one adds a list of which one entry can be chosen.
func (b *builder) one(p place) {
	b.head(p, nil)
	b.put("<select id=", p.id, " name=", plain(p.key))
	b.described(p, true)
	b.put("><option value>")
	for _, e := range b.entries(p.Question) {
		b.put("<option value=", plain(e.Code))
		b.chosen(p.key, e.Code, " selected")
		b.put(">", b.say(e.Label))
	}
	b.put("</select>")
}

// many adds a list of which any entries can be chosen.
func (b *builder) many(p place) {
	b.group(p)
	for i, e := range b.entries(p.Question) {
		b.put("<label><input type=checkbox")
		if i == 0 {
			b.put(" id=", p.id)
			b.wrong(p)
		}
		b.put(" name=", plain(p.key), " value=", plain(e.Code))
		b.chosen(p.key, e.Code, " checked")
		b.put(">", b.say(e.Label), "</label>")
	}
	b.put("</fieldset>")
}

// entries returns the entries of a question's list.
func (b *builder) entries(q *questionnaire.Question) []questionnaire.Entry {
	if list := b.schema.Lists[q.List]; list != nil {
		return list.Entries
	}
	return nil
}

// date adds a date of which any part can be left out.
func (b *builder) date(p place) {
	b.group(p)
	b.put("<span>")
	for i, part := range []struct{ word, name, length string }{
		{"question.year", questionnaire.PartYear, "4"},
		{"question.month", questionnaire.PartMonth, "2"},
		{"question.day", questionnaire.PartDay, "2"},
	} {
		name := p.key + "_" + part.name
		b.put("<label>", b.word(part.word), "<input")
		if i == 0 {
			b.put(" id=", p.id)
		}
		b.put(" name=", plain(name), " inputmode=numeric autocomplete=off")
		length := int(part.length[0] - '0')
		b.gap(func(w io.Writer, _ State, f *filled) error {
			if utf8.RuneCountInString(f.first(name)) > length {
				return nil
			}
			return writeStrings(w, " maxlength=", part.length)
		})
		b.wrong(p)
		b.value(name)
		b.put("></label>")
	}
	about := p.key + "_" + questionnaire.PartAbout
	b.put("</span><label><input type=checkbox name=", plain(about), " value=1")
	b.chosen(about, "1", " checked")
	b.put(">", b.word("question.about"), "</label></fieldset>")
}

// files adds the input for files, which a browser never fills in again. A hint of
// the questionnaire stands in place of ours; the limits are always said.
func (b *builder) files(p place) {
	p.hinted = true
	b.head(p, func() {
		if len(p.Hint) == 0 {
			b.put(b.word("form.files_hint"))
		}
		b.put(" ", b.word("form.files_once"), " ")
		b.gap(func(w io.Writer, st State, _ *filled) error {
			return b.asked.writeLimits(w, "form.files_limit", st)
		})
	})
	b.put("<input type=file multiple autocomplete=off id=", p.id, " name=", plain(p.key))
	b.described(p, true)
	b.put(">")
}

// writeLimits writes a message about the server's limits.
func (a *asked) writeLimits(w io.Writer, key string, st State) error {
	words, err := a.words.limits(key, st)
	if err != nil {
		return err
	}
	return writeStrings(w, escape(words))
}
