package shares

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/mdp/qrterminal/v3"
	"rsc.io/qr"
)

//go:embed page.txt
var pageText string

// page is what one sheet of paper says. It names neither the person nor what the
// key is for, nor this program: whoever finds the paper learns none of them.
var page = template.Must(template.New("page").Parse(pageText))

// level corrects what a fold or a stain destroys.
const level = qr.M

// encode returns the QR code. Its text has only characters of QR's alphanumeric
// mode, which keeps it small.
func (s *Share) encode() (*qr.Code, error) {
	code, err := qr.Encode(s.Code(), level)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return code, nil
}

// PNG returns the QR code as a picture for printing. The caller clears it.
func (s *Share) PNG() ([]byte, error) {
	code, err := s.encode()
	if err != nil {
		return nil, err
	}
	return code.PNG(), nil
}

// Page returns the sheet for this share as text for a printer: black on white.
func (s *Share) Page() (string, error) {
	return s.page(func(code string) string {
		return strings.Join(draw(code, qrterminal.Config{
			BlackChar: "█", BlackWhiteChar: "▀", WhiteBlackChar: "▄", WhiteChar: " ",
		}), "\n")
	})
}

// Screen returns the sheet for this share for a terminal of any colours.
func (s *Share) Screen() (string, error) {
	const whiteOnBlack, plain = "\x1b[0;97;40m", "\x1b[0m"
	return s.page(func(code string) string {
		rows := draw(code, qrterminal.Config{})
		for i := range rows {
			rows[i] = whiteOnBlack + rows[i] + plain
		}
		return strings.Join(rows, "\n")
	})
}

// draw returns the rows of a QR code in characters that are half as wide as high.
func draw(code string, c qrterminal.Config) []string {
	var out strings.Builder
	c.Level, c.HalfBlocks, c.QuietZone, c.Writer = level, true, 4, &out
	qrterminal.GenerateWithConfig(code, c)
	rows := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	// The last row is drawn half white, half black: a bar. Make it all margin.
	rows[len(rows)-1] = rows[0]
	return rows
}

func (s *Share) page(drawn func(code string) string) (string, error) {
	if _, err := s.encode(); err != nil { // qrterminal would not say so
		return "", err
	}
	var out strings.Builder
	err := page.Execute(&out, map[string]any{
		"Number": s.Number, "Of": s.Of, "Needed": s.Needed, "Set": fmt.Sprintf("%x", s.Set),
		"Lines": s.Lines(), "Code": drawn(s.Code()),
	})
	if err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return out.String(), nil
}
