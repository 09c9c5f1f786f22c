package charts

import (
	"bufio"
	"fmt"
	"html"
	"io"

	"amana/internal/tables"
)

// style is that of a page of tables. It brings nothing from elsewhere.
const style = `body{font:16px/1.5 sans-serif;margin:1rem auto;max-width:60rem;padding:0 1rem;color:#111;background:#fff}
.warning{border:3px solid #7a1f2b;padding:.5rem;font-weight:bold}
figure{margin:0 0 2rem;overflow-x:auto}table{border-collapse:collapse}caption{font-weight:bold;text-align:start;padding:.3rem 0}
th,td{border:1px solid #777;padding:.2rem .5rem;text-align:start;vertical-align:top}tbody th{font-weight:normal}td{text-align:end}
tr.total{font-weight:bold}td.hidden{color:#555}td.revealed{outline:2px solid #7a1f2b}figcaption p{margin:.2rem 0;font-size:.85rem}svg{max-width:100%;height:auto}
@media print{figure{break-inside:avoid-page}nav{display:none}}`

var pageTitle = tables.Text{AR: "جداول ورسوم", EN: "Tables and charts"}

// Page writes all tables with their charts as one page, in Arabic ("ar") or English
// ("en"), that a browser opens from the disk without a request.
func Page(w io.Writer, all []*tables.Table, lang string, again bool) error {
	out := bufio.NewWriter(w)
	direction := "ltr"
	if lang == "ar" {
		direction = "rtl"
	}
	title := html.EscapeString(pageTitle.In(lang))
	fmt.Fprintf(out, `<!DOCTYPE html>
<html lang="%s" dir="%s"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width"><title>%s</title><style>%s</style></head><body>
<h1>%s</h1>
`, lang, direction, title, style, title)
	if len(all) > 0 && all[0].Working {
		fmt.Fprintf(out, `<p class="warning">%s</p>`+"\n", html.EscapeString(tables.Warning().In(lang)))
	}
	fmt.Fprintf(out, "<p>%s</p>\n", html.EscapeString(tables.AtLeast().In(lang)))
	if again {
		fmt.Fprintf(out, "<p>%s</p>\n", html.EscapeString(tables.Repeated().In(lang)))
	}
	out.WriteString("<nav><ol>\n")
	for _, t := range all {
		fmt.Fprintf(out, `<li><a href="#table-%s">%s</a></li>`+"\n", t.ID, html.EscapeString(tables.Digits(t.Title.In(lang), lang)))
	}
	out.WriteString("</ol></nav>\n")
	for _, t := range all {
		if err := SVG(out, t, lang); err != nil {
			return err
		}
		if err := t.HTML(out, lang); err != nil {
			return err
		}
	}
	out.WriteString("</body></html>\n")
	return out.Flush()
}
