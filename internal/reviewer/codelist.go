package reviewer

import (
	"fmt"
	"io"
	"strings"

	"amana/internal/cases"
)

// listedField is a field of the codebook for scripts.
type listedField struct {
	Code     string       `json:"code"`
	Type     string       `json:"type"` // one, many, text
	On       []string     `json:"on"`
	Huridocs int          `json:"huridocs"` // number of the micro-thesaurus; 0 if it is our own
	Arabic   string       `json:"ar"`
	English  string       `json:"en"`
	Codes    []listedCode `json:"codes"`
}

type listedCode struct {
	Code       string `json:"code"`
	Arabic     string `json:"ar"`
	English    string `json:"en"`
	Confidence string `json:"confidence"`
	Source     string `json:"source"`
}

// list prints the codebook.
func (c *codeCommand) list(stdout io.Writer) error {
	var all []listedField
	for i := range cases.Book().Fields {
		f := &cases.Book().Fields[i]
		l := listedField{Code: f.Code, Type: f.Type, On: f.On, Huridocs: f.Huridocs, Arabic: f.Label["ar"], English: f.Label["en"], Codes: []listedCode{}}
		for j := range f.Codes {
			e := &f.Codes[j]
			l.Codes = append(l.Codes, listedCode{e.Code, e.Arabic, e.English, string(e.Confidence), e.Source})
		}
		all = append(all, l)
	}
	if c.JSON {
		return printJSON(stdout, all)
	}
	takes := map[string]string{cases.TypeOne: "one code", cases.TypeMany: "codes joined by commas", cases.TypeText: "words"}
	for _, l := range all {
		fmt.Fprintf(stdout, "%s: %s, %s (of a %s", l.Code, l.Arabic, l.English, strings.Join(l.On, " or a "))
		if l.Huridocs > 0 {
			fmt.Fprintf(stdout, "; HURIDOCS %d", l.Huridocs)
		}
		fmt.Fprintf(stdout, "; %s)\n", takes[l.Type])
		for _, e := range l.Codes {
			fmt.Fprintf(stdout, "  %s  %s, %s", e.Code, e.Arabic, e.English)
			if e.Confidence != "H" {
				fmt.Fprintf(stdout, " [not sure: %s; %s]", e.Confidence, e.Source)
			}
			fmt.Fprintln(stdout)
		}
	}
	fmt.Fprintf(stdout, "%sKEY: how you read the answer to a question, by its key; it is counted in place of what sources answered (of a case or a thread)\n", cases.FactPrefix)
	return nil
}
