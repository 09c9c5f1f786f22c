package tables

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
)

//go:embed table.html
var tableHTML string

// words of the pages that hold tables.
var (
	atLeast   = Text{"كل عدد هنا هو عدد الحالات التي وصلتنا على الأقل، وليس كل ما حدث.", "Each number is of cases, at least so many as reached us, and not of all that happened."}
	hidden    = Text{"– عدد أقل من %d، أو عدد حُجب كي لا يُعرف منه عدد قليل.", "– a number below %d, or one kept back so that a small one cannot be worked out from it."}
	uncertain = Text{"† من الذاكرة، يجب التحقق منه.", "† from memory, to be checked."}
	revealed  = Text{"عدد قليل أُظهر بقرار موقّع من %s. السبب: %s", "A small number, shown by a decision that %s signed. Reason: %s"}
	working   = Text{"لمكتب المراجعين وحدهم: أعداد غير محجوبة. لا تُعطَ لأحد ولا تُنشر.", "For the reviewers’ own desk alone: nothing is kept back. Give it to nobody and do not publish it."}
	repeated  = Text{"هذه أعداد الطبعة السابقة كما هي: لا يمكن إظهار ما جاء بعدها دون أن تُعرف أعداد قليلة.", "These are the numbers of the last edition once more: what came since cannot be shown without betraying small numbers."}
)

// Warning returns what every page that holds a working table must say.
func Warning() Text { return working }

// AtLeast returns what every page that holds tables must say.
func AtLeast() Text { return atLeast }

// Repeated returns what every page must say whose tables are those of the last edition
// once more ([Published.Repeated]).
func Repeated() Text { return repeated }

// Digits writes the digits of a text as a language writes them.
func Digits(text, lang string) string {
	if lang != "ar" {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '٠' + (r - '0')
		}
		return r
	}, text)
}

// Say returns a label as it is printed, marked if it stands in our lists from memory.
func (l Label) Say(lang string) string {
	text := Digits(l.In(lang), lang)
	if l.Low {
		text += " †"
	}
	return text
}

// Say returns a cell as it is printed.
func (c Cell) Say(lang string) string {
	switch {
	case c.State == Suppressed:
		return "–"
	case c.State == Blank:
		return ""
	case c.Words != Text{}:
		return Digits(c.Words.In(lang), lang)
	}
	return Digits(strconv.Itoa(c.Value), lang)
}

// Notes returns what stands below a table.
func (t *Table) Notes(lang string) []string {
	all := []string{Digits(atLeast.In(lang), lang)}
	if t.Working {
		all = append([]string{working.In(lang)}, all...)
	}
	if t.Note != (Text{}) {
		all = append(all, Digits(t.Note.In(lang), lang))
	}
	if t.SuppressedCells > 0 {
		all = append(all, Digits(fmt.Sprintf(hidden.In(lang), t.Least), lang))
	}
	for _, l := range append(append([]Label{}, t.Rows...), t.Columns...) {
		if l.Low {
			all = append(all, uncertain.In(lang))
			break
		}
	}
	for r := range t.Cells {
		for c, cell := range t.Cells[r] {
			if cell.State == Revealed {
				all = append(all, t.Rows[r].Say(lang)+sep(lang)+t.Columns[c].Say(lang)+": "+fmt.Sprintf(revealed.In(lang), cell.By, cell.Why))
			}
		}
	}
	return all
}

func sep(lang string) string {
	if lang == "ar" {
		return "، "
	}
	return ", "
}

type tableView struct {
	*Table
	Lang string
}

func (v tableView) Say(t Text) string      { return Digits(t.In(v.Lang), v.Lang) }
func (v tableView) Label(l Label) string   { return l.Say(v.Lang) }
func (v tableView) CellText(c Cell) string { return c.Say(v.Lang) }
func (v tableView) NoteTexts() []string    { return v.Notes(v.Lang) }
func (v tableView) IsTotal(row int) bool   { return v.TotalRow && row == len(v.Rows)-1 }
func (v tableView) Class(c Cell) string {
	switch c.State {
	case Suppressed:
		return "hidden"
	case Revealed:
		return "revealed"
	}
	return "number"
}

var tableTemplate = template.Must(template.New("table").Parse(tableHTML))

// HTML writes the table as a piece of a page, in Arabic ("ar") or English ("en"). It
// brings neither style nor script.
func (t *Table) HTML(w io.Writer, lang string) error {
	if err := tableTemplate.Execute(w, tableView{t, lang}); err != nil {
		return fmt.Errorf("write table %s: %w", t.ID, err)
	}
	return nil
}
