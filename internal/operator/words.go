package operator

import (
	"fmt"
	"io"
	"slices"

	"amana/intake/pages"
	"amana/internal/cli"
	"amana/internal/questionnaire"
)

// words reads the files of an organisation's own, if there are any: the questions,
// and who asks them. A bad one is refused with the lines and what is wrong in them.
func (c *Serve) words() (*questionnaire.Schema, *pages.Organisation, error) {
	questions := questionnaire.Builtin()
	var organisation *pages.Organisation
	if c.Questionnaire != "" {
		const page = "docs/formats-questionnaire.md says how the file is written"
		err := readWords("questionnaire", c.Questionnaire, "mend those lines; "+page, func(r io.Reader) (err error) {
			questions, err = questionnaire.Read(r)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if !slices.Contains(questions.Languages, pages.DefaultLanguage) {
			return nil, nil, cli.Hint(fmt.Errorf("questionnaire %s: it has no words in %q, which the pages need", c.Questionnaire, pages.DefaultLanguage),
				"add %q to its languages, and the words in it to every text; %s", pages.DefaultLanguage, page)
		}
	}
	if c.Organisation != "" {
		all, err := pages.New(pages.Options{Questionnaire: questions})
		if err != nil {
			return nil, nil, err
		}
		err = readWords("organisation", c.Organisation, "mend those lines; docs/organisation.example.toml is an example", func(r io.Reader) (err error) {
			organisation, err = pages.ReadOrganisation(r, all.Languages())
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return questions, organisation, nil
}

// readWords opens a file and has it read. The hint is about what stands in the file.
func readWords(what, path, hint string, read func(io.Reader) error) error {
	f, _, err := cli.OpenFile(what, path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := read(f); err != nil {
		return cli.Hint(fmt.Errorf("%s %s: %w", what, path, err), "%s", hint)
	}
	return nil
}
