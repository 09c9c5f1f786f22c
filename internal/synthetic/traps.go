package synthetic

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
)

const script = `fetch("http://` + TrapMark + `.example/")`

// actives are files that run something when they are opened.
func actives() []File {
	active := func(name, kind string, data func() []byte) File { return File{name, kind, TrapActive, data} }
	return []File{
		active("certificate.pdf", "application/pdf", func() []byte { return pdf("/OpenAction<</S/JavaScript/JS(" + TrapMark + ")>>") }),
		active("form.pdf", "application/pdf", func() []byte { return pdf("/OpenAction<</S/URI/URI(http://" + TrapMark + ".example/)>>") }),
		active("launch.pdf", "application/pdf", func() []byte { return pdf("/AA<</O<</S/Launch/F(" + TrapMark + ")>>>>") }),
		active("map.svg", "image/svg+xml", func() []byte {
			return []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>` + script + `</script><image href="http://` + TrapMark + `.example/x.png"/></svg>`)
		}),
		active("page.html", "text/html", func() []byte {
			return []byte(`<!doctype html><title>x</title><img src="http://` + TrapMark + `.example/"><script>` + script + `</script>`)
		}),
		active("letter.docm", "application/vnd.ms-word.document.macroEnabled.12", func() []byte { return office(true) }),
		active("letter2.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", func() []byte { return office(true) }),
		active("list.csv", "text/csv", func() []byte { return []byte("name,town\n=HYPERLINK(\"http://" + TrapMark + ".example\"),x\n") }),
		active("link.url", "application/octet-stream", func() []byte { return []byte("[InternetShortcut]\r\nURL=http://" + TrapMark + ".example/\r\n") }),
		active("old.rtf", "application/rtf", func() []byte { return []byte(`{\rtf1{\object\objautlink\objupdate{\*\objdata ` + TrapMark + `}}}`) }),
	}
}

// disguised are files that are not, or not only, what they seem.
func disguised() []File {
	html := []byte("<!doctype html><script>" + script + "</script>")
	return []File{
		{"holiday.jpg", "image/jpeg", TrapType, func() []byte { return append([]byte("MZ\x90\x00"+TrapMark), make([]byte, 200)...) }},
		{"scan.pdf", "application/pdf", TrapType, func() []byte { return html }},
		{"photo.png", "image/png", TrapType, func() []byte { return photo(20, 20) }},
		{"both.jpg", "image/jpeg", TrapPolyglot, func() []byte { return append(photo(40, 30), archive(map[string]string{"inside.txt": TrapMark})...) }},
		{"both.gif", "image/gif", TrapPolyglot, func() []byte {
			return []byte("GIF89a=1;/*\x01\x00\x01\x00\x00\x00\x00*/" + script + "//\x00;")
		}},
		{"comment.jpg", "image/jpeg", TrapPolyglot, func() []byte { return segment(photo(40, 30), 0xfe, html) }},
		{"paper.pdf", "application/pdf", TrapPolyglot, func() []byte { return append(pdf(""), archive(map[string]string{"inside.txt": TrapMark})...) }},
	}
}

// bombs are files that grow.
func bombs() []File {
	return []File{
		{"all.zip", "application/zip", TrapBomb, zipBomb},
		{"large.png", "image/png", TrapBomb, func() []byte { return hugePNG(60_000, 60_000) }},
		{"wide.png", "image/png", TrapBomb, func() []byte { return hugePNG(0x7fffffff, 1) }},
		{"large.jpg", "image/jpeg", TrapBomb, hugeJPEG},
		{"large.gif", "image/gif", TrapBomb, func() []byte {
			return []byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;")
		}},
	}
}

// broken are files that end too early or say wrong things about themselves.
func broken() []File {
	return []File{
		{"cut.jpg", "image/jpeg", TrapBroken, func() []byte { return photo(40, 30)[:300] }},
		{"cut.png", "image/png", TrapBroken, func() []byte { return drawing()[:60] }},
		{"empty.jpg", "image/jpeg", TrapBroken, func() []byte { return nil }},
		{"loop.jpg", "image/jpeg", TrapBroken, func() []byte {
			// The place of a directory is the directory itself.
			tiff := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08")
			return segment(photo(20, 20), 0xe1, tiff)
		}},
		{"far.tiff", "image/tiff", TrapBroken, func() []byte { return []byte("II*\x00\xff\xff\xff\x7f") }},
		{"up.zip", "application/zip", TrapBroken, func() []byte { return archive(map[string]string{"../../" + TrapMark: "x", "/etc/" + TrapMark: "y"}) }},
	}
}

// named are harmless but for their names.
func named() (all []File) {
	for _, name := range []string{
		"photo\u202egpj.exe", "a\u2066b\u2069.jpg", "line\nbreak.jpg", "bell\x07\x1b[2J.jpg", "../../../etc/" + TrapMark + ".jpg",
		`C:\` + TrapMark + `.jpg`, "CON.txt", "", ".", "..", "=1+1.csv", `"><script>` + script + `</script>.jpg`,
		strings.Repeat("طويل", 60) + ".jpg", "nul\x00byte.jpg", "bad\xffutf8.jpg", " .jpg", "photo.jpg.exe",
	} {
		name = strings.ToValidUTF8(name, "\ufffd")
		all = append(all, File{name, "image/jpeg", TrapName, func() []byte { return photo(12, 12) }})
	}
	return all
}

// pdf is a page without anything on it; more stands in its catalog.
func pdf(more string) []byte {
	var out bytes.Buffer
	var at []int
	out.WriteString("%PDF-1.4\n")
	for i, object := range []string{"<</Type/Catalog/Pages 2 0 R" + more + ">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"} {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	out.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, offset := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", table)
	return out.Bytes()
}

// archive is a ZIP of texts.
func archive(entries map[string]string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range entries {
			if !yield(name) {
				return
			}
		}
	}) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return nil
		}
		w.Write([]byte(entries[name]))
	}
	if err := z.Close(); err != nil {
		return nil
	}
	return out.Bytes()
}

// office is a document of a word processor, with or without macros.
func office(macros bool) []byte {
	kind := "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	if macros {
		kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
	}
	entries := map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="` + kind + `"/></Types>`,
		"_rels/.rels":         `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml":   `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p/></w:body></w:document>`,
	}
	if macros {
		entries["word/vbaProject.bin"] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + TrapMark
	}
	return archive(entries)
}

// zipBomb is one megabyte that is a gigabyte.
var zipBomb = sync.OnceValue(func() []byte {
	const size, times = 16 << 20, 64
	zeros := make([]byte, 1<<20)
	var packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return nil
	}
	sum := crc32.NewIEEE()
	for range size / len(zeros) {
		f.Write(zeros)
		sum.Write(zeros)
	}
	f.Close()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range times {
		w, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("%d.txt", i), Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(packed.Len()), UncompressedSize64: size})
		if err != nil {
			return nil
		}
		w.Write(packed.Bytes())
	}
	z.Close()
	return out.Bytes()
})

// hugePNG says that it is large, and has next to nothing in it.
func hugePNG(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	head = append(head, 8, 6, 0, 0, 0)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head), pngChunk("IDAT", []byte{0x78, 0x9c, 0x03, 0, 0, 0, 0, 1}), pngChunk("IEND", nil))
}

// hugeJPEG is a small photograph that says it is as large as can be.
func hugeJPEG() []byte {
	data := photo(16, 16)
	at := bytes.Index(data, []byte{0xff, 0xc0})
	if at < 0 {
		return nil
	}
	copy(data[at+5:], []byte{0xff, 0xf0, 0xff, 0xf0})
	return data
}
