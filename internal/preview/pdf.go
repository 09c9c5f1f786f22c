package preview

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
)

// Bounds of what is unpacked of a PDF's streams.
const (
	maxStream  = 4 << 20  // of one
	maxStreams = 32 << 20 // of all
	maxCount   = 20_000   // how many
)

// pdfNames are the names by which a PDF says that it does something, or holds
// something else.
var pdfNames = map[string]Warning{
	"JavaScript": PDFScript, "JS": PDFScript,
	"Launch": PDFLaunch, "SubmitForm": PDFLaunch, "ImportData": PDFLaunch, "GoToE": PDFLaunch, "GoToR": PDFLaunch,
	"OpenAction": PDFOpen, "AA": PDFOpen,
	"EmbeddedFile": PDFFiles, "EmbeddedFiles": PDFFiles, "Filespec": PDFFiles, "RichMedia": PDFFiles, "Movie": PDFFiles,
	"Encrypt": Locked, "XFA": PDFScript, "Author": Person,
	// Ways to pack that are not undone here: what is packed so was not looked at.
	"ASCIIHexDecode": NotWhole, "AHx": NotWhole, "ASCII85Decode": NotWhole, "A85": NotWhole,
	"LZWDecode": NotWhole, "LZW": NotWhole, "RunLengthDecode": NotWhole, "RL": NotWhole,
}

// pdf warns of what a PDF does when it is opened, and of whose it is. It reads the
// names of the format wherever they stand, in packed streams too, without asking how
// the file hangs together: what a reader of PDF would make of a broken one nobody
// knows.
func (v *Viewer) pdf(ctx context.Context) {
	v.names(v.head)
	v.names(v.tail)
	rest, total, count := v.head, 0, 0
	for {
		i := bytes.Index(rest, []byte("stream"))
		if i < 0 {
			return
		}
		ended := i >= 3 && string(rest[i-3:i]) == "end"
		rest = rest[i+len("stream"):]
		if ended {
			continue
		}
		count++
		if total >= maxStreams || count > maxCount || ctx.Err() != nil {
			v.warn(NotWhole)
			return
		}
		total += v.stream(ctx, bytes.TrimLeft(rest[:min(len(rest), 4)], "\r\n "), rest)
	}
}

// stream looks for names in what is packed in a stream, if that is the common way, and
// returns how many bytes it unpacked.
func (v *Viewer) stream(ctx context.Context, first, rest []byte) int {
	if !zlibbed(first) {
		return 0
	}
	packed := bytes.NewReader(rest[bytes.IndexByte(rest, first[0]):])
	r, err := zlib.NewReader(untilDone{ctx, packed})
	if err != nil {
		return 0
	}
	v.second.Reset()
	n, _ := io.Copy(&v.second, io.LimitReader(r, maxStream+1)) // what comes before a fault counts
	if n > maxStream {
		v.warn(NotWhole)
	}
	v.names(v.second.Bytes())
	if zlibbed(v.second.Bytes()) { // packed twice
		v.warn(NotWhole)
	}
	return int(n)
}

// zlibbed tells whether bytes begin as zlib packs them.
func zlibbed(b []byte) bool {
	return len(b) >= 2 && b[0]&0x0f == 8 && (uint(b[0])<<8|uint(b[1]))%31 == 0
}

// names warns of the names in a piece of a PDF, in whichever of the ways that the
// format allows they are spelt: "/JavaScript" is "/J#61vaScript" too.
func (v *Viewer) names(data []byte) {
	var name [24]byte
	for {
		i := bytes.IndexByte(data, '/')
		if i < 0 {
			return
		}
		data = data[i+1:]
		n, at := 0, 0
		for at < len(data) && n < len(name) && regular(data[at]) {
			c := data[at]
			at++
			if c == '#' && at+1 < len(data) && hex(data[at]) >= 0 && hex(data[at+1]) >= 0 {
				c = byte(hex(data[at])<<4 | hex(data[at+1]))
				at += 2
			}
			name[n] = c
			n++
		}
		w, found := pdfNames[string(name[:n])]
		if !found || w == Person && emptyString(data[at:]) {
			continue
		}
		v.warn(w)
	}
}

// regular tells whether a byte can be part of a name.
func regular(c byte) bool {
	return c > ' ' && c < 0x7f && !bytes.ContainsRune([]byte("()<>[]{}/%"), rune(c))
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// emptyString tells whether a string of a PDF that begins here has nothing in it.
func emptyString(data []byte) bool {
	data = bytes.TrimLeft(data[:min(len(data), 16)], " \r\n\t")
	return bytes.HasPrefix(data, []byte("()")) || bytes.HasPrefix(data, []byte("<>"))
}
