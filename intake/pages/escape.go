package pages

import (
	"io"
	"unicode/utf8"
)

// writeEscaped writes s as the text of an HTML element or of an attribute in
// quotes, in pieces of bounded size, and clears its buffer at the end.
func writeEscaped(w io.Writer, s string) error {
	buf := make([]byte, 0, 1024)
	defer func() { clear(buf[:cap(buf)]) }()
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch r {
		case '&':
			buf = append(buf, "&amp;"...)
		case '<':
			buf = append(buf, "&lt;"...)
		case '>':
			buf = append(buf, "&gt;"...)
		case '"':
			buf = append(buf, "&#34;"...)
		case '\'':
			buf = append(buf, "&#39;"...)
		case 0:
			buf = utf8.AppendRune(buf, utf8.RuneError) // HTML has no NUL
		default:
			buf = utf8.AppendRune(buf, r) // what is not UTF-8 becomes U+FFFD
		}
		if cap(buf)-len(buf) < 8 || len(s) == 0 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	return nil
}
