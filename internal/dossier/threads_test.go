package dossier

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"amana/internal/testimony"
)

// leaves returns the names of the fields of a document that hold values, as its JSON
// has them.
func leaves(document any) (paths []string) {
	var walk func(reflect.Type, string)
	walk = func(of reflect.Type, path string) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct {
			paths = append(paths, strings.TrimPrefix(path, "."))
			return
		}
		for i := range of.NumField() {
			walk(of.Field(i).Type, path+"."+of.Field(i).Tag.Get("json"))
		}
	}
	walk(reflect.TypeOf(document), "")
	slices.Sort(paths)
	return paths
}

func text(kind testimony.Kind, thread, day, words string) testimony.Testimony {
	in := testimony.Testimony{Kind: kind, Thread: strings.Repeat(thread, 32), Received: day}
	switch kind {
	case testimony.Withdrawal:
	case testimony.Fetched:
		in.Fetched = []string{strings.Repeat("9", 31) + words}
	default:
		in.Answers = map[string]string{testimony.Narrative: words}
	}
	return in
}

// What belongs together stands together, in its order, whatever order it came in.
func TestThreads(t *testing.T) {
	page := shown(t,
		text(testimony.Addition, "1", "2026-12-03", "third"),
		text(testimony.First, "2", "2026-11-22", "other"),
		text(testimony.Fetched, "1", "2026-12-04", "7"),
		text(testimony.Addition, "1", "2026-11-30", "second"),
		text(testimony.Name, "1", "2026-12-05", "named"),
		text(testimony.First, "1", "2026-11-22", "first"),
	)
	inOrder(t, page, "Thread 1", strings.Repeat("1", 32), "1. شهادة Testimony", "first", "2. الاسم Name", "can claim to belong to a thread",
		"The name goes to nobody", "3. إضافة Addition", "can claim to belong to a thread", "What the testimony of this thread allows holds here too", "second",
		"4. إضافة", "third", "5. رد قُرئ", "Reply "+strings.Repeat("9", 31)+"7 was fetched on 2026-12-04",
		"Thread 2", strings.Repeat("2", 32), "other")
	for _, bad := range []string{"withdrawn", "look for the number", "More than one", "same place for a reply"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

// A withdrawal comes first of all, in both languages, and marks the whole thread.
func TestWithdrawn(t *testing.T) {
	page := shown(t,
		text(testimony.First, "1", "2026-11-22", "other"),
		text(testimony.First, "2", "2026-11-22", "first"),
		text(testimony.Addition, "2", "2026-11-23", "second"),
		text(testimony.Withdrawal, "2", "2026-12-01", ""),
	)
	inOrder(t, page, "Thread 1", strings.Repeat("2", 32), "1. سحب Withdrawal", "المصدر سحب شهادته وكل ما معها. لا تستعملوها ولا تنشروها. أتلفوا ما لديكم منها، إلا ما سُلّم أو نُشر من قبل.",
		"Do not use or publish it. Destroy what you have of it, unless it was handed over or published.", "somebody else with the code", "2026-12-01",
		"2. شهادة", "Withdrawn: do not use or publish.", "first", "3. إضافة", "Withdrawn: do not use or publish.", "second", "Thread 2", "other")
	if n := strings.Count(page, "Withdrawn: do not use"); n != 2 {
		t.Errorf("%d are marked, want 2", n)
	}
	f := create(t)
	whole := finish(t, f, Index{Opened: []Opened{add(t, f, id1, envelope(t, text(testimony.Withdrawal, "2", "2026-12-01", "")))}})
	for _, want := range []string{`href="#s1"`, `id="s1"`, "1 withdrawn: do not use or publish", "The testimony itself is not in this folder"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// What does not fit together in a thread is said.
func TestHostileThread(t *testing.T) {
	first, second := text(testimony.First, "1", "2026-11-22", "x"), text(testimony.First, "1", "2026-11-22", "y")
	first.Reply = &testimony.Reply{Mailbox: strings.Repeat("7", 32), Recipient: identity().Recipient().String()}
	second.Reply = &testimony.Reply{Mailbox: strings.Repeat("8", 32), Recipient: first.Reply.Recipient}
	none := text(testimony.Addition, "1", "2026-11-22", "z")
	inOrder(t, shown(t, first, none, second), "More than one says that it is the testimony", "They do not all name the same place for a reply")
	if page := shown(t, first, none); strings.Contains(page, "same place for a reply") {
		t.Error("one that wants no reply is taken for another place")
	}
}

// Envelopes of before there were threads stand alone, and no thread merges with them.
func TestNoThread(t *testing.T) {
	opened := []Opened{{ID: "a"}, {ID: "b", Thread: "x"}, {ID: "c"}, {ID: "d", Thread: "x"}}
	var got []string
	for _, thread := range group(opened) {
		got = append(got, fmt.Sprintf("%d%s%v", thread.Number, thread.ID, thread.members))
	}
	if want := []string{"1[0]", "2x[1 3]", "3[2]"}; !slices.Equal(got, want) {
		t.Errorf("grouped as %v, want %v", got, want)
	}
}

// Nobody is told that the source of a withdrawn thread can be answered: nothing
// reaches them any more.
func TestAnswerable(t *testing.T) {
	first := text(testimony.First, "2", "2026-11-22", "first")
	first.Reply = &testimony.Reply{Mailbox: strings.Repeat("7", 32), Recipient: identity().Recipient().String()}
	other := first
	other.Thread = strings.Repeat("1", 32)
	const said, saidArabic = "The source can be answered with amana-decrypt reply", "يمكن الرد على المصدر"
	page := shown(t, first, text(testimony.Withdrawal, "2", "2026-12-01", ""), other)
	inOrder(t, page, "Thread 1", "Mailbox "+first.Reply.Mailbox, "Thread 2", saidArabic, said, "Mailbox")
	if strings.Count(page, said) != 1 || strings.Count(page, saidArabic) != 1 {
		t.Errorf("said of a thread that was withdrawn:\n%s", page)
	}
}

// A testimony is marked as a first account, and nothing else is: only a testimony is
// one, and a later account could be held against it.
func TestFirstAccount(t *testing.T) {
	const ar, en = "رواية أولى كتبها الشخص بنفسه، وليست مقابلة", "First account, written by the person, not an interview"
	inOrder(t, shown(t, text(testimony.First, "1", "2026-11-22", "x")), "1. شهادة", ar, en, "What may be used")
	for _, kind := range []testimony.Kind{testimony.Addition, testimony.Name, testimony.Withdrawal, testimony.Fetched} {
		if page := shown(t, text(kind, "1", "2026-11-22", "7")); strings.Contains(page, ar) || strings.Contains(page, en) {
			t.Errorf("%s is called a first account", kind)
		}
	}
}
