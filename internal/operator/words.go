package operator

import (
	"fmt"
	"io"

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
		err := readWords("questionnaire", c.Questionnaire, func(r io.Reader) (err error) {
			questions, err = questionnaire.Read(r)
			return err
		})
		if err != nil {
			return nil, nil, cli.Hint(err, "mend those lines; docs/formats-questionnaire.md says how the file is written")
		}
	}
	if c.Organisation != "" {
		all, err := pages.New(pages.Options{Questionnaire: questions})
		if err != nil {
			return nil, nil, err
		}
		err = readWords("organisation", c.Organisation, func(r io.Reader) (err error) {
			organisation, err = pages.ReadOrganisation(r, all.Languages())
			return err
		})
		if err != nil {
			return nil, nil, cli.Hint(err, "mend those lines; docs/organisation.example.toml is an example")
		}
	}
	return questions, organisation, nil
}

// readWords opens a file and has it read.
func readWords(what, path string, read func(io.Reader) error) error {
	f, _, err := cli.OpenFile(what, path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := read(f); err != nil {
		return fmt.Errorf("%s %s: %w", what, path, err)
	}
	return nil
}
