package questionnaire

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// table is a table of the file. Its methods take values out of it, and report what
// is not as it must be.
type table struct {
	r      *reader
	who    string // "question defect_date: ", or "" for the file
	values map[string]any
	at     *spot
}

func (t *table) fault(key, format string, args ...any) {
	t.r.faults.add(t.at.key(key), "%s%s", t.who, fmt.Sprintf(format, args...))
}

// only reports the keys that are none of these.
func (t *table) only(known ...string) {
	for _, key := range slices.Sorted(maps.Keys(t.values)) {
		if !slices.Contains(known, key) {
			t.fault(key, "unknown key %q", key)
		}
	}
}

func (t *table) has(key string) bool {
	_, ok := t.values[key]
	return ok
}

// text returns a text that has to be there.
func (t *table) text(key string) string {
	if !t.has(key) {
		t.fault(key, "no %s", key)
		return ""
	}
	s, ok := t.values[key].(string)
	if !ok {
		t.fault(key, "%s is not a text", key)
	} else {
		t.plain(key, key, s)
	}
	return s
}

// optional returns a text, or what it is without.
func (t *table) optional(key, without string) string {
	if !t.has(key) {
		return without
	}
	return t.text(key)
}

// plain reports a text that does not show as it is.
func (t *table) plain(key, what, s string) {
	switch {
	case s == "":
		t.fault(key, "%s is empty", what)
	case strings.TrimSpace(s) != s:
		t.fault(key, "%s begins or ends with a space", what)
	}
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			t.fault(key, "%s holds the character U+%04X, which does not show", what, r)
			return
		}
	}
}

// number returns a whole number in bounds, or what it is without. Below 0, it has to
// be there.
func (t *table) number(key string, least, most, without int) int {
	if !t.has(key) {
		if without < 0 {
			t.fault(key, "no %s", key)
		}
		return without
	}
	n, ok := t.values[key].(int64)
	if !ok || n < int64(least) || n > int64(most) {
		t.fault(key, "%s is not a number from %d to %d", key, least, most)
		return without
	}
	return int(n)
}

// texts returns a list of one text or more.
func (t *table) texts(key string) []string {
	if !t.has(key) {
		t.fault(key, "no %s", key)
		return nil
	}
	list, ok := t.values[key].([]any)
	if !ok || len(list) == 0 {
		t.fault(key, "%s is not a list of one text or more", key)
		return nil
	}
	texts := make([]string, 0, len(list))
	for _, value := range list {
		s, ok := value.(string)
		if !ok {
			t.fault(key, "%s is not a list of one text or more", key)
			return nil
		}
		t.plain(key, "a text of "+key, s)
		texts = append(texts, s)
	}
	return texts
}

// words returns a text in every language, which has to be there.
func (t *table) words(key string) Text {
	if !t.has(key) {
		t.fault(key, "no %s", key)
		return nil
	}
	values, ok := t.values[key].(map[string]any)
	if !ok {
		t.fault(key, "%s is not a table with a text for each language", key)
		return nil
	}
	in := table{t.r, t.who, values, t.at.key(key)}
	in.languages(key)
	for _, tag := range slices.Sorted(maps.Keys(values)) {
		if len(t.r.languages) > 0 && !slices.Contains(t.r.languages, tag) {
			in.fault(tag, "%s in %q, which is none of the languages", key, tag)
		}
	}
	return in.r.text(values)
}

// languages reports which languages a text of the table lacks.
func (t *table) languages(what string) {
	for _, tag := range t.r.languages {
		switch s, ok := t.values[tag].(string); {
		case !t.has(tag):
			t.fault(tag, "no %s in %q", what, tag)
		case !ok:
			t.fault(tag, "%s in %q is not a text", what, tag)
		default:
			t.plain(tag, fmt.Sprintf("%s in %q", what, tag), s)
		}
	}
}

// tables returns the tables of a list, of which there are 1 to most.
func (t *table) tables(key string, most int) []table {
	if !t.has(key) {
		t.fault(key, "no %s", key)
		return nil
	}
	var list []table
	at := t.at.key(key)
	add := func(i int, values map[string]any) {
		list = append(list, table{r: t.r, values: values, at: at.item(i)})
	}
	switch values := t.values[key].(type) {
	case []map[string]any:
		for i := range values {
			add(i, values[i])
		}
	case []any:
		for i := range values {
			one, ok := values[i].(map[string]any)
			if !ok {
				t.r.faults.add(at.item(i), "%s%s %d is not a table", t.who, key, i+1)
				continue
			}
			add(i, one)
		}
	default:
		t.fault(key, "%s is not a list of tables", key)
		return nil
	}
	switch {
	case len(list) == 0:
		t.fault(key, "no %s", key)
	case len(list) > most:
		t.r.faults.add(list[most].at, "%smore than %d of %s", t.who, most, key)
		list = list[:most]
	}
	return list
}
