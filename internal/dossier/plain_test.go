package dossier

import (
	"strings"
	"testing"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// A screen has one language; a label with a colon in it is not cut.
func TestOneLanguage(t *testing.T) {
	one := &testimony.Testimony{Answers: map[string]string{}, Choices: map[string][]string{"share_un": {"iiim"}}}
	words := NewWords([]*questionnaire.Schema{questionnaire.Builtin()})
	said := func(x *Words) string {
		var b strings.Builder
		if err := x.Write(&b, one); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for language, want := range map[string][]string{
		"en": {"May we share it with the United Nations?: International, Impartial and Independent Mechanism (IIIM): gathers evidence for trials\n", "not answered [not allowed]"},
		"ar": {"هل نعطيها لجهة في الأمم المتحدة؟: الآلية الدولية المحايدة: تجمع أدلة للمحاكمات\n", "لم يُجب [غير مسموح]"},
	} {
		for _, w := range want {
			if got := said(words.In(language)); !strings.Contains(got, w) || strings.Contains(got, " / ") {
				t.Errorf("%s:\n%s", language, got)
			}
		}
	}
	if got := said(words); !strings.Contains(got, "محايدة: تجمع أدلة للمحاكمات / International") {
		t.Errorf("both:\n%s", got)
	}
}
