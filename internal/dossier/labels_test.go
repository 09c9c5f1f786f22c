package dossier

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

func both(ar, en string) questionnaire.Text { return questionnaire.Text{"ar": ar, "en": en} }

// questions returns a small questionnaire, with words that stand nowhere else.
func questions() *questionnaire.Schema {
	list := func(code string, entries ...questionnaire.Entry) *questionnaire.List {
		return &questionnaire.List{Code: code, Entries: append(entries,
			questionnaire.Entry{Code: questionnaire.CodeUnknown, Label: both("لا أعرف", "I don't know")},
			questionnaire.Entry{Code: questionnaire.CodeDeclined, Label: both("أفضّل ألا أجيب", "I'd rather not say")})}
	}
	entry := func(code, ar, en string) questionnaire.Entry {
		return questionnaire.Entry{Code: code, Label: both(ar, en), Confidence: questionnaire.High}
	}
	decree := entry("d13_2021", "مرسوم ١٣", "Decree 13")
	decree.Confidence, decree.Source, decree.Note = questionnaire.Medium, "SANA via press", "3 / 6 mo"
	doubtful := entry("d61_2011", "مرسوم ٦١", "Decree 61")
	doubtful.Confidence = questionnaire.Low
	ask := func(code string, of questionnaire.Type, list, ar, en string) *questionnaire.Question {
		return &questionnaire.Question{Code: code, Type: of, List: list, Label: both(ar, en)}
	}
	return &questionnaire.Schema{
		Name: "amana", Version: 3, SHA256: [32]byte{1}, Languages: []string{"ar", "en"},
		Sections: []questionnaire.Section{
			{Code: "what", Title: both("ما حدث", "What happened"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				ask(testimony.Narrative, questionnaire.TypeText, "", "احك", "Tell"),
				ask("unit", questionnaire.TypeText, "", "قطعته", "Unit")}},
			{Code: "surrender", Title: both("تسليم نفسه", "Surrender"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				ask("surrender_date", questionnaire.TypeDate, "", "متى سلّم نفسه؟", "When did he surrender?"),
				ask("in_time", questionnaire.TypeOne, "yesno", "ضمن المهلة؟", "In time?"),
				ask("decree", questionnaire.TypeMany, "decree", "أي مرسوم؟", "Which decree?")}},
			{Code: "places", Title: both("أماكن", "Places"), Page: questionnaire.PageForm, Repeat: 5, Questions: []*questionnaire.Question{
				ask("place", questionnaire.TypeOne, "yesno", "المكان", "Place"),
				ask("place_from", questionnaire.TypeDate, "", "من", "From")}},
			{Code: "use", Title: both("الإذن", "Consent"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				ask("use_report", questionnaire.TypeOne, "use", "في تقرير؟", "In a report?"),
				ask("share_un", questionnaire.TypeMany, "un", "للأمم المتحدة؟", "With the UN?"),
				ask("never_publish", questionnaire.TypeText, "", "لا يُنشر", "Never publish"),
				ask("risk", questionnaire.TypeOne, "yesno", "الخطر", "Danger"),
				ask("files", questionnaire.TypeFiles, "", "ملفات", "Files")}},
			{Code: "name", Title: both("اسمه", "His name"), Page: questionnaire.PageName, Repeat: 1, Questions: []*questionnaire.Question{
				ask("his_name", questionnaire.TypeText, "", "الاسم الكامل", "Full name")}},
		},
		Lists: map[string]*questionnaire.List{
			"yesno":  list("yesno", entry("yes", "نعم", "Yes"), entry("no", "لا", "No")),
			"decree": list("decree", entry("d18_2018", "مرسوم ١٨", "Decree 18"), decree, doubtful),
			"use":    list("use", entry("details", "نعم، مع تفاصيل", "With details"), entry("no", "لا", "No")),
			"un":     list("un", entry("wgeid", "فريق الاختفاء", "WGEID"), entry("none", "لا أحد", "None of them")),
		},
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// shown returns the words of the page of some testimonies, in the order of the page.
func shown(t *testing.T, in ...testimony.Testimony) string {
	t.Helper()
	f := create(t)
	var x Index
	for i, one := range in {
		x.Opened = append(x.Opened, add(t, f, strings.Repeat(string(rune('a'+i)), 32), envelope(t, one)))
	}
	page := finish(t, f, x)
	page = page[strings.Index(page, "<main>"):]
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

// inOrder shows that a page has the given words, one after the other.
func inOrder(t *testing.T, page string, words ...string) {
	t.Helper()
	rest := page
	for _, w := range words {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("%q is not there, or not after what is before it, in\n%s", w, page)
			return
		}
		rest = after
	}
}

func asked() *testimony.Questionnaire {
	return &testimony.Questionnaire{Name: "amana", Version: 3, SHA256: "01" + strings.Repeat("00", 31)}
}

// Answers stand under the titles of their sections with the words of both languages.
func TestAnswersHaveLabels(t *testing.T) {
	page := shown(t, testimony.Testimony{
		Questionnaire: asked(),
		Answers: map[string]string{testimony.Narrative: "ذهب ولم يعد", "unit": "اللواء", "surrender_date": "2018-07~", "in_time": "no",
			"place_2": "yes", "place_from_2": "2018-XX-12", "place_1": "unknown", "place_from_1": "2019", "his_name": "فلان"},
		Choices: map[string][]string{"decree": {"d18_2018", "d13_2021", "d61_2011", "declined"}},
	})
	inOrder(t, page, "ذهب ولم يعد", "ما حدث What happened", "قطعته Unit اللواء",
		"تسليم نفسه Surrender", "متى سلّم نفسه؟ When did he surrender? 2018-07~ تقريبًا about : من 2018-07-01 إلى 2018-07-31 from 2018-07-01 to 2018-07-31",
		"ضمن المهلة؟ In time? لا No", "أي مرسوم؟ Which decree? مرسوم ١٨ Decree 18",
		"مرسوم ١٣ Decree 13 بند غير مؤكد unverified entry: M, source SANA via press ملاحظة في الاستبيان، لا جواب: note of the questionnaire, not an answer: 3 / 6 mo",
		"مرسوم ٦١ Decree 61 بند غير مؤكد unverified entry: L, no source", "أفضّل ألا أجيب I&#39;d rather not say",
		"أماكن Places", "المكان Place (1) لا أعرف I don&#39;t know", "من From (1) 2019 : من 2019-01-01 إلى 2019-12-31",
		"المكان Place (2) نعم Yes", "من From (2) 2018-XX-12", "اسمه His name", "الاسم الكامل Full name فلان")
	if n := strings.Count(page, "unverified"); n != 2 {
		t.Errorf("%d entries are marked, want 2", n)
	}
	for _, bad := range []string{"d18_2018", "surrender_date", "another questionnaire", "does not know", "with which questionnaire"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

// What the questionnaire at hand does not know is shown as it came, and said so.
func TestUnknownAnswers(t *testing.T) {
	page := shown(t, testimony.Testimony{
		Questionnaire: asked(),
		Answers: map[string]string{"new_question": "<b>", "in_time": "maybe", "surrender_date": "soon", "decree": "d18_2018",
			"place_9": "yes", "files": "x", "place_from_1": "XXXX-07"},
		Choices: map[string][]string{"new_list": {"one", "two"}, "unit": {"three"}},
	})
	inOrder(t, page, "When did he surrender? soon ليس تاريخًا مفهومًا. Not a date that can be read.",
		"In time? maybe ليس في قائمة الاستبيان. Not in the questionnaire’s list.", "XXXX-07 السنة غير معروفة year unknown",
		"What the questionnaire used here does not know, as it came", "decree d18_2018", "files x",
		"new_list one two", "new_question &lt;b&gt;", "place_9 yes", "unit three")
}

// What is not clearly allowed is to be kept secret.
func TestConsent(t *testing.T) {
	for name, c := range map[string]struct {
		use    string
		un     []string
		use_   string // what the page says
		shares string
	}{
		"unset":         {"", nil, "أبقوه سرًا keep secret – بلا جواب no answer", "أبقوه سرًا keep secret – بلا جواب no answer"},
		"allowed":       {"details", []string{"wgeid"}, "نعم، مع تفاصيل With details", "فريق الاختفاء WGEID"},
		"refused":       {"no", []string{"none"}, "أبقوه سرًا keep secret لا No", "أبقوه سرًا keep secret لا أحد None of them"},
		"declined":      {"declined", []string{"declined"}, "أبقوه سرًا keep secret أفضّل", "أبقوه سرًا keep secret أفضّل"},
		"not known":     {"unknown", []string{"unknown", "wgeid"}, "أبقوه سرًا keep secret لا أعرف", "أبقوه سرًا keep secret لا أعرف"},
		"of no list":    {"details ", []string{"nsa"}, "أبقوه سرًا keep secret details", "أبقوه سرًا keep secret nsa"},
		"contradictory": {"details", []string{"wgeid", "none"}, "نعم، مع تفاصيل With details", "أبقوه سرًا keep secret فريق الاختفاء WGEID لا أحد"},
	} {
		in := testimony.Testimony{Questionnaire: asked(), Answers: map[string]string{testimony.Narrative: "x"}}
		if c.use != "" {
			in.Answers["use_report"] = c.use
		}
		if c.un != nil {
			in.Choices = map[string][]string{"share_un": c.un}
		}
		t.Run(name, func(t *testing.T) {
			page := shown(t, in)
			// What the questionnaire does not ask for was not allowed.
			inOrder(t, page, "What may be used", "في تقرير؟ In a report? "+c.use_, "للأمم المتحدة؟ With the UN? "+c.shares,
				"مشاركته مع المحاكم Sharing with courts أبقوه سرًا keep secret – بلا جواب", "national commission أبقوه سرًا",
				"Who could come to harm بلا جواب واضح: افترضوا الخطر. No clear answer: assume that there is danger.")
		})
	}
	page := shown(t, testimony.Testimony{Answers: map[string]string{"never_publish": "القرية", "risk": "yes"}})
	inOrder(t, page, "What must never be published القرية", "Who could come to harm نعم Yes", "بلا نص")
}

// A testimony that was asked with other questions says so.
func TestOtherQuestionnaire(t *testing.T) {
	for name, spoil := range map[string]func(*testimony.Questionnaire){
		"name": func(q *testimony.Questionnaire) { q.Name = "other" }, "version": func(q *testimony.Questionnaire) { q.Version = 4 },
		"hash": func(q *testimony.Questionnaire) { q.SHA256 = strings.Repeat("00", 32) },
	} {
		other := asked()
		spoil(other)
		page := shown(t, testimony.Testimony{Questionnaire: other, Answers: map[string]string{testimony.Narrative: "x"}})
		if !strings.Contains(page, "asked with another questionnaire") || !strings.Contains(page, other.SHA256) {
			t.Errorf("%s: not said in %s", name, page)
		}
	}
	for want, answers := range map[bool]map[string]string{true: {testimony.Narrative: "x", "unit": "y"}, false: {testimony.Narrative: "x"}} {
		page := shown(t, testimony.Testimony{Answers: answers})
		if got := strings.Contains(page, "does not say with which questionnaire"); got != want {
			t.Errorf("%v: said %v", answers, got)
		}
	}
}

// Each testimony takes the questionnaire that it was asked with, if that is at hand.
func TestSeveralQuestionnaires(t *testing.T) {
	older := questions()
	older.Version, older.SHA256 = 2, [32]byte{2}
	older.Sections[0].Questions[1].Label = both("وحدته", "Old unit")
	said := func(version int, sum string) testimony.Testimony {
		return testimony.Testimony{Questionnaire: &testimony.Questionnaire{Name: "amana", Version: version, SHA256: sum + strings.Repeat("00", 31)},
			Answers: map[string]string{"unit": "x"}}
	}
	f := create(t)
	var x Index
	for i, in := range []testimony.Testimony{said(3, "01"), said(2, "02"), said(1, "03")} {
		in.Thread = strings.Repeat(string(rune('1'+i)), 32)
		x.Opened = append(x.Opened, add(t, f, strings.Repeat(string(rune('a'+i)), 32), envelope(t, in)))
	}
	x.Questions = []*questionnaire.Schema{older, questions()}
	page := strings.Join(strings.Fields(tags.ReplaceAllString(finish(t, f, x), " ")), " ")
	inOrder(t, page, "Questionnaire used here", "amana 2", "and for what was asked with it", "amana 3",
		"1. شهادة", "قطعته Unit x", "Asked with the questionnaire amana 3", "2. شهادة", "وحدته Old unit x", "Asked with the questionnaire amana 2",
		"3. شهادة", "asked with another questionnaire", "amana 1, SHA-256 03", "وحدته Old unit x")
	if n := strings.Count(page, "asked with another questionnaire"); n != 1 {
		t.Errorf("%d are said to be asked with another, want 1", n)
	}
}

// Nothing that a testimony says is left out, whatever field it stands in: a field
// that is added must be shown, or get a reason.
func TestEveryFieldIsShown(t *testing.T) {
	thread, mailbox, reply := strings.Repeat("5a", 16), strings.Repeat("7b", 16), strings.Repeat("9c", 16)
	common := testimony.Testimony{Thread: thread, Language: "en-GB", Received: "2020-02-29",
		Questionnaire: &testimony.Questionnaire{Name: "other-q", Version: 77, SHA256: strings.Repeat("d1", 32)},
		Reply:         &testimony.Reply{Mailbox: mailbox, Recipient: identity().Recipient().String()}}
	first, note := common, common
	first.Answers, first.Choices = map[string]string{"unit": "words-1"}, map[string][]string{"new_list": {"code_1"}}
	note.Kind, note.Fetched = testimony.Fetched, []string{reply}
	f := create(t)
	page := finish(t, f, Index{Opened: []Opened{add(t, f, id1, envelope(t, first, "photo-1.jpg")), add(t, f, id2, envelope(t, note))}})
	seen := map[string]string{
		"kind": "Reply fetched", "thread": thread, "language": `lang="en-GB"`,
		"questionnaire.name": "other-q", "questionnaire.version": " 77,", "questionnaire.sha256": strings.Repeat("d1", 32),
		"answers": "words-1", "choices": "code_1", "files.entry": "files/001.jpg", "files.name": "photo-1.jpg", "files.type": "text/html",
		"received": "2020-02-29", "roster.epoch": "رقم 1 ", "roster.sha256": strings.Repeat("ab", 32),
		"reply.mailbox": mailbox, "fetched": reply,
	}
	for path, words := range seen {
		if !strings.Contains(page, words) {
			t.Errorf("%s is not shown", path)
		}
	}
	paths := []string{"schema", "reply.recipient"} // amana-decrypt reply reads it; nobody could compare it by eye
	for path := range seen {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	if all := leaves(testimony.Testimony{}); !slices.Equal(all, paths) {
		t.Errorf("fields\n%v\nlooked for\n%v", all, paths)
	}
}
