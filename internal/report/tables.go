package report

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
)

// tableView is a page with a table.
type tableView struct {
	ID, Name, Note string
	HTML, Chart    template.HTML // what the tables' own packages have written
	All            []tableLink
}

func (v *tableView) title() string { return v.Name }

// tableLink leads to a page with a table.
type tableLink struct{ ID, Name string }

// tablesView is the list of all.
type tablesView struct {
	Name string
	All  []tableLink
}

func (v *tablesView) title() string { return v.Name }

// tables writes a page for each table, with the table and its chart as files beside it.
func (m *maker) tables(l *language) error {
	if len(m.Extras) == 0 {
		return nil
	}
	list := &tablesView{Name: l.say("tables")}
	for _, x := range m.Extras {
		list.All = append(list.All, tableLink{x.ID, x.Title[l.Code]})
	}
	if err := l.page(m, l.Code+"/tables.html", "tables", list); err != nil {
		return err
	}
	m.made.Pages++
	for _, x := range m.Extras {
		if err := m.table(l, x, list); err != nil {
			return fmt.Errorf("table %s: %w", x.ID, err)
		}
		m.made.Pages++
	}
	return nil
}

func (m *maker) table(l *language, x Extra, list *tablesView) error {
	var table, chart bytes.Buffer
	if x.SVG != nil {
		if err := x.SVG(&chart, l.Code); err != nil {
			return err
		}
	}
	if err := x.HTML(&table, l.Code); err != nil {
		return err
	}
	base := l.Code + "/tables/" + x.ID
	v := &tableView{ID: x.ID, Name: x.Title[l.Code], Note: x.Note[l.Code], HTML: template.HTML(table.String()), Chart: template.HTML(chart.String()), All: list.All}
	if err := l.page(m, base+".html", "table", v); err != nil {
		return err
	}
	if err := m.out.WriteFile(base+".csv", x.CSV); err != nil {
		return err
	}
	if x.SVG == nil {
		return nil
	}
	return m.out.WriteFile(base+".svg", func(w io.Writer) error { return x.SVG(w, l.Code) })
}
