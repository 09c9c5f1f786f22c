//go:build tcell_minimal

package desk

import (
	"embed"
	"fmt"
	"strings"

	"amana/internal/desk/arrange"

	"github.com/BurntSushi/toml"
)

//go:embed words/*.toml
var words embed.FS

// languages are the languages of the screens, each with its own name for itself.
var languages = []struct{ tag, name string }{{"en", "English"}, {"ar", "العربية"}}

// catalog is the words of one language.
type catalog struct {
	language  string
	direction arrange.Direction
	words     map[string]string
}

// load reads the words of a language, English if it is none of ours. That every word is
// there in each, a test sees to.
func load(language string) *catalog {
	c := &catalog{language: "en", words: map[string]string{}}
	if language == "ar" {
		c.language, c.direction = "ar", arrange.RightToLeft
	}
	data, err := words.ReadFile("words/" + c.language + ".toml")
	if err == nil {
		err = toml.Unmarshal(data, &c.words)
	}
	if err != nil {
		c.words["broken"] = err.Error()
	}
	return c
}

// say returns the words under a key, with {name} replaced by the value that follows the
// name in pairs.
func (c *catalog) say(key string, pairs ...any) string {
	text, ok := c.words[key]
	if !ok {
		return "⟨" + key + "⟩"
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%s}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text
}

// size writes a number of bytes.
func (c *catalog) size(n int64) string {
	switch {
	case n >= 1e9:
		return c.say("unit.gb", "n", fmt.Sprintf("%.1f", float64(n)/1e9))
	case n >= 1e6:
		return c.say("unit.mb", "n", fmt.Sprintf("%.1f", float64(n)/1e6))
	}
	return c.say("unit.kb", "n", (n+999)/1000)
}

// FromLocale returns the language that the variables of a system ask for: of LC_ALL,
// LC_MESSAGES and LANG the first that is set.
func FromLocale(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(v, "ar") {
				return "ar"
			}
			return "en"
		}
	}
	return "en"
}
