package pages

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// catalog is the words of one language.
type catalog struct {
	tag       string
	name      string // of the language, in the language
	direction string // "rtl" or "ltr"
	digits    []rune // zero to nine
	group     string // between groups of three digits
	localizer *i18n.Localizer
	messages  map[string]*i18n.Message
	all       map[string]*catalog // every language by tag, for the links between them
}

// loadCatalogs reads every catalog and checks it against the keys wanted, each
// with the function that reads it. The default language comes first, the others
// by tag. All faults found are reported together.
func loadCatalogs(files fs.FS, wanted map[string]string) ([]*catalog, error) {
	names, err := fs.Glob(files, "catalogs/*.toml")
	if err != nil {
		return nil, fmt.Errorf("pages: failed to list catalogs: %w", err)
	}
	all := make(map[string]*catalog)
	var faults []error
	for _, name := range names {
		c, err := loadCatalog(files, name)
		if err != nil {
			return nil, err
		}
		c.all = all
		all[c.tag] = c
		faults = append(faults, c.check(wanted)...)
	}
	base := all[DefaultLanguage]
	if base == nil {
		return nil, fmt.Errorf("pages: there is no catalog for %s", DefaultLanguage)
	}
	for _, c := range all {
		faults = append(faults, c.compare(base)...)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	list := slices.SortedFunc(maps.Values(all), func(a, b *catalog) int {
		if (a == base) != (b == base) {
			return map[bool]int{true: -1, false: 1}[a == base]
		}
		return strings.Compare(a.tag, b.tag)
	})
	return list, nil
}

// loadCatalog reads one file, whose name is the language's tag. Each language
// has a bundle of its own, so that a missing word is an error and never a word
// of another language.
func loadCatalog(files fs.FS, name string) (*catalog, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("pages: failed to read catalog: %w", err)
	}
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".toml"))
	if err != nil {
		return nil, fmt.Errorf("pages: the name of %s is not a language tag: %w", name, err)
	}
	bundle := i18n.NewBundle(tag)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	file, err := bundle.ParseMessageFileBytes(data, path.Base(name))
	if err != nil {
		return nil, fmt.Errorf("pages: failed to parse %s: %w", name, err)
	}
	c := &catalog{
		tag:       tag.String(),
		localizer: i18n.NewLocalizer(bundle, tag.String()),
		messages:  make(map[string]*i18n.Message),
	}
	for _, m := range file.Messages {
		c.messages[m.ID] = m
	}
	plain := func(key string) string {
		if m := c.messages[key]; m != nil {
			return m.Other
		}
		return ""
	}
	c.name = plain("language.name")
	c.direction = plain("language.direction")
	c.digits = []rune(plain("language.digits"))
	c.group = plain("language.group")
	if c.direction != "rtl" && c.direction != "ltr" {
		return nil, fmt.Errorf("pages: %s: language.direction must be rtl or ltr", name)
	}
	if len(c.digits) != 10 {
		return nil, fmt.Errorf("pages: %s: language.digits must be the ten digits from zero", name)
	}
	return c, nil
}

// message returns the words of a key. count chooses the plural form, or is nil.
func (c *catalog) message(key string, count any, data map[string]string) (string, error) {
	text, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: data})
	if err != nil {
		return "", fmt.Errorf("pages: %s: %s: %w", c.tag, key, err)
	}
	return text, nil
}

// count returns the words of a key for a number of things.
func (c *catalog) count(key string, n int64) (string, error) {
	return c.message(key, n, map[string]string{"N": c.number(n)})
}

var (
	placeholder = regexp.MustCompile(`\{\{\.([A-Z][a-z]*)\}\}`)
	anyAction   = regexp.MustCompile(`\{\{.*?\}\}`)
)

// check reports keys missing and unused, plural forms missing, and
// placeholders that the key's function does not fill in.
func (c *catalog) check(wanted map[string]string) []error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("pages: %s: %s: %s", c.tag, key, fmt.Sprintf(format, args...)))
	}
	for key, m := range c.messages {
		function, ok := wanted[key]
		if !ok {
			fault(key, "nothing asks for this key")
			continue
		}
		for _, form := range forms(m) {
			for _, action := range anyAction.FindAllString(form, -1) {
				name := placeholder.FindStringSubmatch(action)
				if name == nil || !slices.Contains(placeholders[function], name[1]) {
					fault(key, "%s is not filled in here", action)
				}
			}
		}
		if !counted(function) && len(forms(m)) != 1 {
			fault(key, "has plural forms, but no count chooses between them")
		}
	}
	for key, function := range wanted {
		if m := c.messages[key]; m == nil || len(forms(m)) == 0 {
			fault(key, "the key is missing")
		} else if counted(function) {
			// CLDR's rules for whole numbers repeat well before 1,000.
			for n := 0; n <= 1000; n++ {
				if _, err := c.readers(key, State{Reviewers: n}); err != nil {
					fault(key, "no form for %d: %v", n, err)
					break
				}
			}
		}
	}
	return faults
}

// compare reports messages whose placeholders differ from those of base. Only
// the general form counts: Arabic says "two files" without a number.
func (c *catalog) compare(base *catalog) []error {
	var faults []error
	for key, m := range c.messages {
		other := base.messages[key]
		if other == nil {
			continue // check has reported it
		}
		if a, b := names(m.Other), names(other.Other); !slices.Equal(a, b) {
			faults = append(faults, fmt.Errorf("pages: %s: %s: has the placeholders %v, but %s has %v", c.tag, key, a, base.tag, b))
		}
	}
	return faults
}

// names returns the placeholders of a text, sorted.
func names(text string) []string {
	var out []string
	for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
		out = append(out, match[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// forms returns the plural forms that a message has.
func forms(m *i18n.Message) []string {
	return slices.DeleteFunc([]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other},
		func(s string) bool { return s == "" })
}
