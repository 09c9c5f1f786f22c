package preview

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Bounds of what is looked at of a ZIP.
const (
	maxEntries  = 5_000
	maxUnpacked = 1 << 30 // what its directory may say that all is unpacked
	maxPart     = 1 << 20 // bytes of one part that are unpacked
	maxParts    = 16 << 20
)

var oleMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// isZip tells whether a file is a ZIP: an archive, or a document that is made as one.
func (v *Viewer) isZip(kind *mimetype.MIME) bool {
	return within(kind, "application/zip") || bytes.HasPrefix(v.head, []byte("PK\x03\x04"))
}

// zip looks into a ZIP, which may be an office document.
func (v *Viewer) zip(ctx context.Context) {
	z, err := zip.NewReader(bytes.NewReader(v.head), int64(len(v.head)))
	if err != nil {
		v.warn(Archive)
		v.warn(NotWhole)
		return
	}
	document := false
	for _, f := range z.File {
		document = document || f.Name == "[Content_Types].xml" || f.Name == "mimetype"
	}
	if !document {
		v.warn(Archive)
	}
	var unpacked, packed uint64
	left := maxParts
	for i, f := range z.File {
		if i == maxEntries || ctx.Err() != nil {
			v.warn(NotWhole)
			break
		}
		if unpacked += f.UncompressedSize64; unpacked < f.UncompressedSize64 {
			unpacked = ^uint64(0) // more than there are numbers for
			break
		}
		packed += f.CompressedSize64
		if f.Flags&1 != 0 {
			v.warn(Locked)
			continue
		}
		v.entry(ctx, f, document, &left)
	}
	if unpacked > maxUnpacked || unpacked > 8<<20 && unpacked/200 > packed {
		v.warn(Bomb)
	}
}

// entry looks at one entry of a ZIP.
func (v *Viewer) entry(ctx context.Context, f *zip.File, document bool, left *int) {
	name := strings.ToLower(f.Name)
	if document {
		v.part(ctx, f, name, left)
		return
	}
	if elsewhere(f) {
		v.warn(Escapes)
	}
	e := ending(name)
	for _, list := range [][]string{programEndings, scriptEndings, pageEndings, drawingEndings, macroEndings} {
		if slices.Contains(list, e) {
			v.warn(ArchiveRisky)
		}
	}
	if slices.Contains([]string{"zip", "rar", "7z", "gz", "tar", "xz", "docx", "xlsx", "pptx", "pdf", "doc", "xls"}, e) {
		v.warn(NotWhole) // what is inside that nobody looks at
	}
	head := v.unpack(ctx, f, 512, left)
	if _, found := acting(head); found {
		v.warn(ArchiveRisky)
	}
}

// elsewhere tells whether an entry would be written outside of the folder in which a
// careless program unpacks it, or is a link to somewhere.
func elsewhere(f *zip.File) bool {
	name := strings.ReplaceAll(f.Name, `\`, "/")
	return strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..") || len(name) > 1 && name[1] == ':' || f.Mode()&fs.ModeSymlink != 0
}

// formula matches a cell that a spreadsheet computes, in a table of text.
var formula = regexp.MustCompile(`(?m)(^|[,;\t])"?[ \t]*[=+@-][ \t]*[A-Za-z][A-Za-z0-9_.]*[ \t]*[(|!'"]`)

// cells looks for such in a file that a spreadsheet opens.
func (v *Viewer) cells(name string) {
	if slices.Contains([]string{"csv", "tsv", "tab", "txt"}, ending(name)) && formula.Match(v.head[:min(len(v.head), 4<<20)]) {
		v.warn(Formula)
	}
}

// Parts of an office document that say something about it.
var (
	external = regexp.MustCompile(`(?is)<[^<>]*targetmode\s*=\s*["']external["'][^<>]*>`)
	hyper    = regexp.MustCompile(`(?i)relationships/hyperlink["']`)
	linked   = regexp.MustCompile(`(?i)<draw:(image|object)[^<>]*xlink:href\s*=\s*["'](https?|ftp|file|smb|//|\\\\)`)
	creator  = regexp.MustCompile(`(?i)<(dc:creator|cp:lastmodifiedby|meta:initial-creator)[^<>]*>\s*[^<\s]`)
)

// part looks at a part of an office document.
func (v *Viewer) part(ctx context.Context, f *zip.File, name string, left *int) {
	switch {
	case strings.HasSuffix(name, "vbaproject.bin"), strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"):
		v.warn(Macro)
	case strings.Contains(name, "/embeddings/"), strings.Contains(name, "activex"), strings.Contains(name, "oleobject"), strings.HasPrefix(name, "object "):
		v.warn(Object)
	case strings.HasSuffix(name, ".rels"):
		for _, one := range external.FindAll(v.unpack(ctx, f, maxPart, left), -1) {
			if !hyper.Match(one) {
				v.warn(External)
			}
		}
	case name == "[content_types].xml":
		if bytes.Contains(bytes.ToLower(v.unpack(ctx, f, maxPart, left)), []byte("macroenabled")) {
			v.warn(Macro)
		}
	case name == "docprops/core.xml", name == "meta.xml":
		if creator.Match(v.unpack(ctx, f, maxPart, left)) {
			v.warn(Person)
		}
	case name == "content.xml", name == "styles.xml":
		text := v.unpack(ctx, f, maxPart, left)
		if linked.Match(text) {
			v.warn(External)
		}
		if bytes.Contains(text, []byte("<script:event-listener")) {
			v.warn(Macro)
		}
	}
}

// unpack returns at most n bytes of an entry, until the next call. Where there is
// more of a part that would have been read, it says so.
func (v *Viewer) unpack(ctx context.Context, f *zip.File, n int, left *int) []byte {
	v.second.Reset()
	if *left <= 0 {
		v.warn(NotWhole)
		return nil
	}
	r, err := f.Open()
	if err != nil {
		v.warn(NotWhole)
		return nil
	}
	defer r.Close()
	got, err := io.Copy(&v.second, io.LimitReader(untilDone{ctx, r}, int64(n)))
	*left -= int(got)
	if err != nil || n == maxPart && got == maxPart {
		v.warn(NotWhole)
	}
	return v.second.Bytes()
}

// ole looks into an office document of the old kind, by the names of its parts, which
// are UTF-16 in its directory.
func (v *Viewer) ole() {
	for name, w := range map[string]Warning{
		"_VBA_PROJECT": Macro, "VBA": Macro, "Macros": Macro,
		"ObjectPool": Object, "\x01Ole10Native": Object, "EncryptedPackage": Locked,
	} {
		if bytes.Contains(v.head, wide(name)) || bytes.Contains(v.tail, wide(name)) {
			v.warn(w)
		}
	}
	for _, magic := range []string{"MZ\x90\x00", "Excel 4.0 Macro"} {
		if bytes.Contains(v.head, []byte(magic)) {
			v.warn(Object)
		}
	}
}

// wide returns a name in UTF-16, with the zero that ends it in a directory.
func wide(name string) []byte {
	var b []byte
	for i := range len(name) {
		b = append(b, name[i], 0)
	}
	return append(b, 0, 0)
}

// rtf looks into a rich text, piece by piece.
func (v *Viewer) rtf() {
	text := bytes.ToLower(v.head[:min(len(v.head), 8<<20)])
	if bytes.Contains(text, []byte(`\objdata`)) || bytes.Contains(text, []byte(`\objupdate`)) || bytes.Contains(text, []byte(`\object`)) {
		v.warn(Object)
	}
	if bytes.Contains(text, []byte(`\*\template`)) || bytes.Contains(text, []byte(`includepicture`)) || bytes.Contains(text, []byte(`ddeauto`)) {
		v.warn(External)
	}
	if bytes.Contains(text, []byte(`{\author `)) {
		v.warn(Person)
	}
	if len(v.head) > len(text) {
		v.warn(NotWhole)
	}
}
