// Package charts draws tables as SVG: without script, without anything from elsewhere,
// readable aloud, printable, and from right to left in Arabic.
//
// It draws what a table shows and nothing else: what is suppressed there has no length,
// no shade and no words here. It is pure computation, and touches no file.
package charts

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"amana/internal/tables"
)

// SVG draws the chart of a table in Arabic ("ar") or English ("en"). Of a table without
// a chart it writes nothing.
func SVG(w io.Writer, t *tables.Table, lang string) error {
	p := &picture{t: t, lang: lang, rtl: lang == "ar", width: 900}
	switch t.Chart {
	case tables.Bars:
		p.bars()
	case tables.Line:
		p.line()
	case tables.Heat:
		p.heat()
	default:
		return nil
	}
	if _, err := w.Write(p.done()); err != nil {
		return fmt.Errorf("draw table %s: %w", t.ID, err)
	}
	return nil
}

// picture is a drawing. Its x runs from the side on which the language begins.
type picture struct {
	t      *tables.Table
	lang   string
	rtl    bool
	width  int
	height int
	body   bytes.Buffer
}

// x returns where a distance from the beginning side lies.
func (p *picture) x(d float64) float64 {
	if p.rtl {
		return float64(p.width) - d
	}
	return d
}

// rect draws a rectangle whose beginning side is d away, with words for a pointer.
func (p *picture) rect(d, y, w, h float64, fill, words string) {
	x := p.x(d)
	if p.rtl {
		x -= w
	}
	fmt.Fprintf(&p.body, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="#222" stroke-width="0.4">`, x, y, w, h, fill)
	p.title(words)
	p.body.WriteString("</rect>\n")
}

func (p *picture) title(words string) {
	if words != "" {
		fmt.Fprintf(&p.body, "<title>%s</title>", html.EscapeString(words))
	}
}

// text writes words that begin at d; end and middle are as SVG has them.
func (p *picture) text(d, y float64, anchor, words string) {
	fmt.Fprintf(&p.body, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", p.x(d), y, anchor, html.EscapeString(words))
}

// turned writes words from below to above.
func (p *picture) turned(d, y float64, words string) {
	fmt.Fprintf(&p.body, `<text transform="translate(%.1f %.1f) rotate(-90)" text-anchor="%s" font-size="9">%s</text>`+"\n",
		p.x(d)+3, y, map[bool]string{false: "start", true: "end"}[p.rtl], html.EscapeString(words))
}

func (p *picture) stroke(d1, y1, d2, y2 float64, style string) {
	fmt.Fprintf(&p.body, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`+"\n", p.x(d1), y1, p.x(d2), y2, style)
}

// done returns the drawing.
func (p *picture) done() []byte {
	var out bytes.Buffer
	direction := "ltr"
	if p.rtl {
		direction = "rtl"
	}
	title := tables.Digits(p.t.Title.In(p.lang), p.lang)
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" lang="%s" direction="%s" aria-labelledby="chart-%s-title chart-%s-desc" font-family="sans-serif" font-size="12" fill="#111">`+"\n",
		p.width, p.height, p.width, p.height, p.lang, direction, p.t.ID, p.t.ID)
	fmt.Fprintf(&out, `<title id="chart-%s-title">%s</title><desc id="chart-%s-desc">%s</desc>`+"\n", p.t.ID, html.EscapeString(title), p.t.ID, html.EscapeString(strings.Join(p.t.Notes(p.lang), " ")))
	fmt.Fprintf(&out, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", p.width, p.height)
	out.Write(p.body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// head writes the title and what every chart says, and returns where the drawing begins.
func (p *picture) head() float64 {
	fmt.Fprintf(&p.body, `<text x="%.1f" y="20" font-size="15" font-weight="bold">%s</text>`+"\n", p.x(10), html.EscapeString(tables.Digits(p.t.Title.In(p.lang), p.lang)))
	words := tables.AtLeast().In(p.lang)
	if p.t.Working {
		words = tables.Warning().In(p.lang)
	}
	p.text(10, 38, "start", words)
	return 52
}

// shades are told apart in print too: each is lighter or darker than its neighbours.
var shades = []string{"#1f3a5f", "#e0a030", "#7a1f2b", "#8fb8de", "#d9d9d9", "#4f7f4f", "#c9a0c9"}

// number writes a count as the language does.
func (p *picture) number(n int) string { return tables.Digits(fmt.Sprint(n), p.lang) }

// lines breaks words into lines of about so many letters.
func lines(words string, letters int) []string {
	var all []string
	line := ""
	for _, word := range strings.Fields(words) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > letters {
			all = append(all, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(all, line)
}

// scale returns the greatest number of a chart.
func scale(numbers []int) int {
	top := 1
	for _, n := range numbers {
		top = max(top, n)
	}
	return top
}
