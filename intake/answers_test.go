package intake

import (
	"net/http"
	"strings"
	"testing"

	"amana/internal/questionnaire"
)

// bad returns a value that breaks the rule of a field.
func bad(f questionnaire.Field) string {
	switch f.Question.Type {
	case questionnaire.TypeText:
		return strings.Repeat("ب", f.Question.Limit+1)
	case questionnaire.TypeDate:
		return map[string]string{questionnaire.PartYear: "99999", questionnaire.PartMonth: "13", questionnaire.PartDay: "32", questionnaire.PartAbout: "2"}[f.Part]
	}
	return "no_such_code"
}

// Every rule of the questionnaire is the server's: a field over its limit, a code
// that is in no list, a date that never was. Nothing is kept, and everything comes
// back with the fault beside its field.
func TestEveryRuleIsEnforced(t *testing.T) {
	r := start(t, nil)
	_, token := r.handIn("ar")
	kept := len(r.store.testimonies())
	q := questionnaire.Builtin()
	tried := 0
	for page, path := range map[string]string{questionnaire.PageForm: "/ar/testimony", questionnaire.PageName: "/ar/name"} {
		for _, f := range q.Fields(page) {
			if f.Row > 1 { // the first row and the last
				if f.Row != 5 {
					continue
				}
			}
			tried++
			var parts []sent
			if page == questionnaire.PageName {
				parts = []sent{field("token", token), field("send", "1")}
			} else if f.Name != "narrative" {
				parts = []sent{field("narrative", "هذه كلماتي")}
			}
			status, answer := r.send(path, append(parts, field(f.Name, bad(f)))...)
			if status != http.StatusBadRequest || !strings.Contains(answer, "aria-invalid") || !strings.Contains(answer, `role="alert"`) {
				t.Errorf("%s: status %d, or the page does not say what is wrong", f.Name, status)
			}
			if page == questionnaire.PageForm && f.Name != "narrative" && !strings.Contains(answer, "هذه كلماتي</textarea>") {
				t.Errorf("%s: the words are lost", f.Name)
			}
		}
	}
	if tried < 80 {
		t.Errorf("only %d fields were tried", tried)
	}
	if got := len(r.store.testimonies()); got != kept {
		t.Errorf("%d envelopes were kept", got-kept)
	}
}

// A page of another questionnaire, from before the server was given a new one, or one
// that somebody made, is not taken for what it is not; the words come back.
func TestFormOfAnotherQuestionnaire(t *testing.T) {
	r := start(t, nil)
	for name, c := range map[string][]sent{
		"a question that is gone":  {field("narrative", "هذه كلماتي"), field("no_such_question", "yes")},
		"gone before what is left": {field("no_such_question", "yes"), field("narrative", "هذه كلماتي"), field("unit", "x")},
		"a choice made twice":      {field("narrative", "هذه كلماتي"), field("rank_band", "soldier"), field("rank_band", "nco")},
		"a row too many":           {field("narrative", "هذه كلماتي"), field("place_6", "sednaya")},
		"a question of his name":   {field("narrative", "هذه كلماتي"), field("his_name", "x")},
		"a choice more than exist": append([]sent{field("narrative", "هذه كلماتي")}, repeated(field("knowledge", "saw"), 100)...),
	} {
		status, page := r.send("/ar/testimony", c...)
		if status != http.StatusBadRequest || !strings.Contains(page, "هذه كلماتي</textarea>") {
			t.Errorf("%s: status %d, or the words are lost", name, status)
		}
	}
	if n := len(r.store.testimonies()); n != 0 {
		t.Errorf("%d are kept", n)
	}
}

func repeated(one sent, n int) (all []sent) {
	for range n {
		all = append(all, one)
	}
	return all
}

// Answers are sealed as they were checked: dates in EDTF, codes in the order of the
// list, texts as they are; with the questionnaire that asked.
func TestAnswersAreSealed(t *testing.T) {
	r := start(t, nil)
	status, page := r.send("/ar/testimony", field("narrative", "ما حدث"), field("unit", " قطعة "), field("surrender_date_y", "٢٠١٨"), field("surrender_date_m", "7"),
		field("surrender_date_about", "1"), field("decree", "unknown"), field("decree", "ld18_2018"), field("place_2", "sednaya"), field("place_from_2_y", "2019"),
		field("use_report", "numbers"), field("risk", ""), sent{"files", "", ""})
	if status != 200 {
		t.Fatalf("status %d: %s", status, page)
	}
	said := r.documents()[0]
	for key, want := range map[string]string{"narrative": "ما حدث", "unit": "قطعة", "surrender_date": "2018-07~", "place_2": "sednaya", "place_from_2": "2019", "use_report": "numbers"} {
		if said.Answers[key] != want {
			t.Errorf("%s: %q, want %q", key, said.Answers[key], want)
		}
	}
	if _, ok := said.Answers["risk"]; ok || len(said.Answers) != 6 || strings.Join(said.Choices["decree"], " ") != "ld18_2018 unknown" {
		t.Errorf("answers: %v, choices: %v", said.Answers, said.Choices)
	}
	if q := said.Questionnaire; q == nil || q.Name != "amana" || q.Version != 1 || len(q.SHA256) != 64 {
		t.Errorf("questionnaire: %+v", q)
	}
}
