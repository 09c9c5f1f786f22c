package export

import (
	"encoding/json"
	"testing"
)

// The spelling is that of RFC 8785: its own example of the order of keys, and the
// escapes of its strings.
func TestCanonical(t *testing.T) {
	got, err := canonical(map[string]any{
		"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
		"\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
	})
	want := `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`
	if err != nil || string(got) != want {
		t.Errorf("%s\nwant %s (%v)", got, want, err)
	}
	got, err = canonical(map[string]any{"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/<>&\u2028", "numbers": []any{int64(333333333), -1, 0}, "literals": []any{nil, true, false}})
	want = `{"literals":[null,true,false],"numbers":[333333333,-1,0],"string":"€$\u000f\nA'B\"\\\\\"/<>&` + "\u2028" + `"}`
	if err != nil || string(got) != want {
		t.Errorf("%s\nwant %s (%v)", got, want, err)
	}
	for _, bad := range []any{1.5, "\xff", int64(1) << 60, map[string]any{"\xff": 1}, json.Number("1.5")} {
		if got, err := canonical(bad); err == nil {
			t.Errorf("%v: %s", bad, got)
		}
	}
}

// A name of a file of a source is never one of an export.
func TestNamesAreOurs(t *testing.T) {
	f := NewFolder(nil)
	for _, name := range []string{"../x", "/x", "a/../../x", ""} {
		if _, err := f.create(name); err == nil {
			t.Errorf("%q", name)
		}
	}
}
