package cli

import "testing"

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"ورقة a\nb":       "ورقة a\nb",
		"\x1b[2J\a":       `\u001b[2J\u0007`,
		"gpj\u202eexe":    `gpj\u202eexe`,
		"\u009b31m\r\x00": `\u009b31m\u000d\u0000`,
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	if got, want := OneLine("a\nCASE \x1b[2J"), `a\u000aCASE \u001b[2J`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
