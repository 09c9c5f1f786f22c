package testimony

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

// whole returns a testimony in which no field is empty, but for those that its kind
// cannot have.
func whole(t testing.TB, kind Kind) *Testimony {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	all := &Testimony{
		Schema: SchemaOf(kind), Kind: kind, Thread: strings.Repeat("0f", 16), Language: "ar",
		Questionnaire: &Questionnaire{"amana", 1, strings.Repeat("0a", 32)},
		Answers:       map[string]string{Narrative: "ما حدث"}, Choices: map[string][]string{"basis": {"decree", "unknown"}},
		Files:    []File{{"files/001.jpg", "صورة.jpg", "image/jpeg"}},
		Received: "2026-11-22", Roster: Roster{1, strings.Repeat("0b", 32)},
		Reply:   &Reply{strings.Repeat("0c", 16), id.Recipient().String()},
		Fetched: []string{},
	}
	if kind == Withdrawal || kind == Fetched {
		all.Answers, all.Choices, all.Files = map[string]string{}, map[string][]string{}, []File{}
	}
	if kind == Fetched {
		all.Fetched = []string{strings.Repeat("0d", 16)}
	}
	if kind == Probe {
		all.Choices, all.Files, all.Reply = map[string][]string{}, []File{}, nil
	}
	return all
}

// spoiled says for each field how it can be wrong.
var spoiled = map[string]func(*Testimony){
	"kind":                  func(t *Testimony) { t.Kind = "order" },
	"thread":                func(t *Testimony) { t.Thread = strings.ToUpper(t.Thread) },
	"language":              func(t *Testimony) { t.Language = "" },
	"questionnaire":         func(t *Testimony) { t.Questionnaire = &Questionnaire{} },
	"questionnaire.name":    func(t *Testimony) { t.Questionnaire.Name = "a/b" },
	"questionnaire.version": func(t *Testimony) { t.Questionnaire.Version = 0 },
	"questionnaire.sha256":  func(t *Testimony) { t.Questionnaire.SHA256 = "00" },
	"answers":               func(t *Testimony) { t.Answers[""] = "" },
	"choices":               func(t *Testimony) { t.Choices["basis"] = []string{"Decree"} },
	"files":                 func(t *Testimony) { t.Files = nil },
	"received":              func(t *Testimony) { t.Received = "2026-02-30" },
	"roster":                func(t *Testimony) { t.Roster = Roster{} },
	"roster.epoch":          func(t *Testimony) { t.Roster.Epoch = 0 },
	"roster.sha256":         func(t *Testimony) { t.Roster.SHA256 = strings.Repeat("0B", 32) },
	"reply":                 func(t *Testimony) { t.Reply = &Reply{} },
	"reply.mailbox":         func(t *Testimony) { t.Reply.Mailbox += "00" },
	"reply.recipient":       func(t *Testimony) { t.Reply.Recipient = t.Reply.Recipient[1:] },
	"fetched":               func(t *Testimony) { t.Fetched = append(t.Fetched, "00") },
}

// elsewhere says of each other field why Check does not look at it.
var elsewhere = map[string]string{
	"schema":      "whoever reads it chooses by it what to read",
	"files.entry": "it must be the name of an entry of the envelope",
	"files.name":  "the source's own word, which nothing trusts",
	"files.type":  "the source's own word, which nothing trusts",
}

// A field that is added must get its rule, or a reason for having none.
func TestEveryFieldIsChecked(t *testing.T) {
	paths := fields(reflect.TypeFor[Testimony](), "")
	looked := slices.Sorted(maps.Keys(spoiled))
	for path := range maps.Keys(elsewhere) {
		looked = append(looked, path)
	}
	slices.Sort(paths)
	slices.Sort(looked)
	if !slices.Equal(paths, looked) {
		t.Errorf("fields\n%v\nlooked at\n%v", paths, looked)
	}
	for path, spoil := range spoiled {
		all := whole(t, First)
		spoil(all)
		if err := all.Check(); err == nil {
			t.Errorf("%s may be anything", path)
		}
	}
}

// fields returns the names of all fields of a document, as its JSON has them.
func fields(of reflect.Type, under string) (paths []string) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return nil
	}
	for i := range of.NumField() {
		f := of.Field(i)
		path := under + f.Tag.Get("json")
		paths = append(append(paths, path), fields(f.Type, path+".")...)
	}
	return paths
}

func TestEveryKind(t *testing.T) {
	for _, kind := range kinds {
		if err := whole(t, kind).Check(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	old := &Testimony{Schema: Schema1, Language: "ar", Received: "2026-11-22", Roster: Roster{0, strings.Repeat("0b", 32)}}
	if err := old.Check(); err != nil {
		t.Errorf("schema 1: %v", err)
	}
}

// No error tells what a source wrote.
func TestCheckQuotesNothing(t *testing.T) {
	const marker = "marker-7431"
	for name, spoil := range map[string]func(*Testimony){
		"kind": func(t *Testimony) { t.Kind = marker }, "thread": func(t *Testimony) { t.Thread = marker },
		"language": func(t *Testimony) { t.Language = marker + "_" }, "received": func(t *Testimony) { t.Received = marker },
		"key": func(t *Testimony) { t.Answers[marker] = marker }, "code": func(t *Testimony) { t.Choices["basis"] = []string{marker} },
		"recipient": func(t *Testimony) { t.Reply.Recipient = marker }, "mailbox": func(t *Testimony) { t.Reply.Mailbox = marker },
		"fetched": func(t *Testimony) { t.Fetched = []string{marker} },
	} {
		all := whole(t, First)
		spoil(all)
		if err := all.Check(); err == nil || strings.Contains(err.Error(), "7431") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
