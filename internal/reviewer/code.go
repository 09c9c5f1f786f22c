package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/questionnaire"
)

// codeCommand codes something of a case or a thread, beside what the source answered
// and never over it.
type codeCommand struct {
	Subject       string   `arg:"" optional:"" help:"A case (C-…) or a thread: the first digits are enough."`
	Values        []string `arg:"" optional:"" name:"field=value" help:"What to code. Codes of a field that takes many are joined by commas; FIELD= takes back; note=- reads the note from the standard input. A reading of his name is given as fact.his_name=- alone, and read from there or asked at the terminal: what stands in a command, the shell may keep."`
	Workspace     string   `short:"w" name:"workspace" placeholder:"FOLDER" type:"path" help:"Your workspace: the folder in which open keeps what it opened."`
	Key           string   `short:"i" name:"key" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"A questionnaire that your server asks, if it is not the one that Amana brings: facts are checked against it."`
	List          bool     `name:"list" help:"Print all fields and codes, and do nothing else."`
	Beside        bool     `name:"beside" help:"Where another reviewer coded something else, let both stand, as a difference."`
	TakeBack      string   `name:"take-back" placeholder:"ENTRY" help:"Take back one of your own notes or values: the first digits in brackets behind it in cases show --history."`
	passphraseFlags
	noteFlags
	yesFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// coded is what --json prints of a coding.
type coded struct {
	Subject string   `json:"subject"`
	Entries []string `json:"entries"` // that were made; none if all stood there already
	Differ  []string `json:"differ"`  // fields in which other reviewers still say something else
}

// Run codes all values or none.
func (c *codeCommand) Run(ctx context.Context, stdout io.Writer) error {
	if c.List {
		return c.list(stdout)
	}
	if c.Subject == "" || c.Workspace == "" || c.Key == "" || len(c.Values) == 0 == (c.TakeBack == "") {
		return &cli.Error{Err: errors.New("nothing to code"), Hint: "give your workspace with -w, your key with -i, a case or a thread, and FIELD=VALUE; amana-decrypt code --list shows all fields", Code: cli.ExitUsage}
	}
	names, err := namesTyped(c.Values)
	if err != nil {
		return err
	}
	questions, err := readQuestions(c.Questionnaire)
	if err != nil {
		return err
	}
	flags := workFlags{c.Workspace, c.Key, c.passphraseFlags}
	r, err := flags.read(ctx, names || !c.Yes)
	if err != nil {
		return err
	}
	defer r.Close()
	ids, err := r.resolve(c.Subject)
	if err != nil {
		return err
	}
	author, err := r.author()
	if err != nil {
		return err
	}
	plan := &codePlan{r: r, subject: ids[0], author: author, beside: c.Beside, piped: c.Note == "-"}
	if c.TakeBack != "" {
		err = plan.takeBack(c.TakeBack)
	}
	for _, pair := range c.Values {
		if err == nil {
			err = plan.add(ctx, pair, questions)
		}
	}
	if err != nil {
		return entryError(err)
	}
	if len(plan.over) > 0 && !c.Beside {
		for _, v := range plan.over {
			if ofNamePage(v.Field) {
				v.Value = "(shown by cases show --names)"
			}
			fmt.Fprintf(stdout, "%s\n", cli.Plain(fmt.Sprintf("%s has coded %s = %s on %s", v.Name, v.Field, v.Value, v.Day)))
		}
		if err := c.ask(ctx, "Put yours in its place? It stays in the history. With --beside both stand."); err != nil {
			return err
		}
	}
	if len(plan.entries) > 0 {
		note, err := c.noteFlags.read(ctx, c.Yes)
		if err != nil {
			return err
		}
		if err := plan.sign(note); err != nil {
			return entryError(err)
		}
		if err := r.keep(custody.Coded, plan.signed); err != nil {
			return err
		}
	}
	return c.say(plan, stdout)
}

func (c *codeCommand) say(plan *codePlan, stdout io.Writer) error {
	out := coded{plan.subject, []string{}, []string{}}
	for _, s := range plan.signed {
		out.Entries = append(out.Entries, s.ID)
	}
	if c.Beside {
		for _, v := range plan.over {
			out.Differ = append(out.Differ, v.Field)
		}
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	if len(out.Entries) == 0 {
		fmt.Fprintln(stdout, "it stands there already; nothing was changed")
		return nil
	}
	fmt.Fprintf(stdout, "coded %s of %s\n", cli.Count(len(out.Entries), "value", "values"), plan.subject)
	if len(out.Differ) > 0 {
		fmt.Fprintf(stdout, "another reviewer says something else of %s\n", strings.Join(out.Differ, ", "))
	}
	return nil
}

// codePlan is what is to be coded.
type codePlan struct {
	r       *reading
	subject string
	author  cases.Author
	beside  bool
	entries []*cases.Entry
	signed  []*cases.Signed
	over    []cases.Value // of others, that would be replaced
	seen    []string
	piped   bool // the standard input is read for a text already
}

// add adds FIELD=VALUE.
func (p *codePlan) add(ctx context.Context, pair string, questions []*questionnaire.Schema) error {
	field, value, ok := strings.Cut(pair, "=")
	if !ok {
		return fmt.Errorf("%w: give FIELD=VALUE", cases.ErrCode)
	}
	for _, before := range p.seen {
		if before == field && field != cases.FieldNote {
			return fmt.Errorf("%w: %s is given twice", cases.ErrCode, cli.Plain(field))
		}
	}
	p.seen = append(p.seen, field)
	if value == "-" && (field == cases.FieldNote || ofNamePage(field)) {
		text, err := p.words(ctx, field)
		if err != nil {
			return err
		}
		if value = text; value == "" {
			return fmt.Errorf("%w: nothing was given for %s", cases.ErrCode, field)
		}
	}
	value, err := cases.Book().Check(p.subject, field, value, questions...)
	if err != nil {
		return err
	}
	if field == cases.FieldNote && value == "" {
		return fmt.Errorf("%w: a note has words; --take-back takes one back", cases.ErrCode)
	}
	e, others, err := p.r.coding.Code(p.author.Key, p.subject, field, value, !p.beside)
	if err != nil || e == nil {
		return err
	}
	p.over, p.entries = append(p.over, others...), append(p.entries, e)
	return nil
}

// takeBack takes back an entry of the author's own, by its first digits.
func (p *codePlan) takeBack(typed string) error {
	one := p.r.coding.Case(p.subject)
	found := ""
	for _, v := range one.Values {
		if len(typed) >= leastDigits && strings.HasPrefix(v.Entry, strings.ToLower(typed)) {
			if found != "" {
				return fmt.Errorf("%w: several entries begin so; give more digits", cases.ErrSubject)
			}
			found = v.Entry
		}
	}
	e, err := p.r.coding.TakeBack(p.author.Key, found)
	if err == nil {
		p.entries = append(p.entries, e)
	}
	return err
}

// sign signs all that is to be coded.
func (p *codePlan) sign(note string) error {
	for _, e := range p.entries {
		e.Note = note
		s, err := p.author.Sign(*e)
		if err != nil {
			return err
		}
		p.signed = append(p.signed, s)
	}
	return nil
}
