package shallow

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for name, text := range map[string]string{
		"arrays": "a = " + strings.Repeat("[", 1000),
		"tables": "a = " + strings.Repeat("{a=", 1000),
		"dots":   "x = 1\na" + strings.Repeat(".a", 1000) + " = 1",
		"header": "[a" + strings.Repeat(".a", 1000) + "]",
		"quoted": `a` + strings.Repeat(`."a"`, 1000) + " = 1",
	} {
		if Check(text) == nil {
			t.Errorf("%s: taken", name)
		}
	}
	deep := strings.Repeat(".[{", 1000)
	for name, text := range map[string]string{
		"text":       `a = "` + deep + `\"` + deep + `"`,
		"literal":    `a = '` + deep + `'`,
		"many lines": "a = \"\"\"\n" + deep + "\n\"" + deep + "\"\"\"\nb = '''" + deep + "'''",
		"comment":    "# " + deep + "\na = 1 # " + deep,
		"long list":  "a = [" + strings.Repeat("1.5, [2, {x.y = 3}],\n", 1000) + "]",
		"not ended":  "a = \"" + deep,
		"nothing":    "",
	} {
		if err := Check(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ours, _ := filepath.Glob("../questionnaire/*.toml")
	more, _ := filepath.Glob("../../intake/pages/catalogs/*.toml")
	for _, path := range append(ours, more...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(string(text)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
