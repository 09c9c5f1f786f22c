package reviewer

import (
	"path/filepath"
	"slices"
	"testing"

	"amana/internal/questionnaire"
)

// The questionnaire that Amana brings is at hand whatever is given, once, and behind
// what is given.
func TestBuiltinQuestionsAtHand(t *testing.T) {
	builtin := filepath.Join("..", "..", "internal", "questionnaire", "amana.toml")
	small := filepath.Join("..", "..", "internal", "questionnaire", "testdata", "small.toml")
	for _, c := range []struct {
		given []string
		want  []string
	}{
		{nil, []string{"amana"}},
		{[]string{builtin}, []string{"amana"}},
		{[]string{small}, []string{"small", "amana"}},
		{[]string{builtin, small, builtin, small}, []string{"amana", "small"}},
	} {
		all, err := readQuestions(c.given)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range all {
			got = append(got, s.Name)
			if s.Name == "amana" && s.SHA256 != questionnaire.Builtin().SHA256 {
				t.Error("another amana")
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.given, got, c.want)
		}
	}
}
