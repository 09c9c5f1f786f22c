package preview

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io"
	"slices"
	"testing"
)

// What a file is and does is found by its bytes, whatever its name says.
func TestWarns(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want []Warning
	}{
		{"note.txt", []byte("ذهب ولم يعد\n"), nil},
		{"photo.jpg", jpegOf(40, 30), nil},
		{"photo.png", pngOf(40, 30), nil},
		{"photo.gif", gifOf(40, 30), nil},
		{"plain.docx", docx(), nil},
		{"plain.pdf", pdf("<< /Type /Catalog >>", "<< /Type /Page >>"), nil},
		{"film.mp4", mp4(""), nil},
		{"photo.jpg", exif(40, 30, 6), []Warning{Location, Device, Person}},
		{"film.mp4", mp4("moov\xa9xyz+33.5+36.3/com.apple.quicktime.make"), []Warning{Location, Device}},
		{"song.mp3", []byte("ID3\x03\x00\x00\x00\x00\x00\x20TPE1\x00\x00\x00\x08\x00\x00\x00AbuAli"), []Warning{Person}},
		{"photo.jpg", []byte("<html><script>alert(1)</script></html>"), []Warning{Page, Mismatch}},
		{"a.html", []byte("hello"), []Warning{Page}},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`), []Warning{Drawing}},
		{"a.txt", []byte("\xef\xbb\xbf \n<svg onload=alert(1)>"), []Warning{Drawing}},
		{"run.txt", []byte("#!/bin/sh\nrm -rf ~\n"), []Warning{Script}},
		{"a.docx", []byte("MZ\x90\x00" + string(make([]byte, 500))), []Warning{Program, Mismatch}},
		{"list.pdf.exe", []byte("hello"), []Warning{Program}},
		{"photo.jpg.lnk", []byte("L\x00\x00\x00\x01\x14\x02\x00" + string(make([]byte, 100))), []Warning{Script}},
		{"a.apk", zipOf("AndroidManifest.xml", "x", "classes.dex", "y"), nil}, // below
		{"a.pdf", pdf("<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", ""), []Warning{PDFScript, PDFOpen}},
		{"a.pdf", pdf("<< /Open#41ction << /S /J#61vaScript >> >>", ""), []Warning{PDFScript, PDFOpen}},
		{"a.pdf", pdf("<< >>", "<< /S /Launch /F (cmd.exe) >> << /AA 3 0 R >>"), []Warning{PDFLaunch, PDFOpen}},
		{"a.pdf", pdf("<< /Names << /EmbeddedFiles 4 0 R >> >>", ""), []Warning{PDFFiles}},
		{"a.pdf", pdf("<< /Author (Abu Ali) >>", ""), []Warning{Person}},
		{"a.pdf", pdf("<< /Author () /Encrypt 5 0 R >>", ""), []Warning{Locked}},
		{"a.docx", docx("word/vbaProject.bin", "x"), []Warning{Macro}},
		{"a.docx", docx("word/embeddings/oleObject1.bin", "x"), []Warning{Object}},
		{"a.docx", docx("word/_rels/settings.xml.rels", `<Relationship Type="…/attachedTemplate" Target="http://x/" TargetMode="External"/>`), []Warning{External}},
		{"a.docx", docx("word/_rels/document.xml.rels", `<Relationship Type="http://x/relationships/hyperlink" Target="http://x/" TargetMode="External"/>`), nil},
		{"a.docx", docx("docProps/core.xml", `<x><dc:creator>Abu Ali</dc:creator></x>`), []Warning{Person}},
		{"a.doc", oleOf("_VBA_PROJECT"), []Warning{Macro}},
		{"a.doc", oleOf("EncryptedPackage"), []Warning{Locked}},
		{"a.rtf", []byte(`{\rtf1\ansi{\object\objdata 0105}}`), []Warning{Object}},
		{"a.zip", zipOf("a.txt", "hello"), []Warning{Archive}},
		{"a.zip", zipOf("a.txt", "MZ\x90\x00hello"), []Warning{ArchiveRisky, Archive}},
		{"a.zip", zipOf("photo.js", "x"), []Warning{ArchiveRisky, Archive}},
		{"a.zip", bomb(), []Warning{Bomb, Archive}},
		{"a.zip", zipOf("../../etc/cron.d/x.txt", "x"), []Warning{Escapes, Archive}},
		{"a.csv", []byte("name,when\nx,=HYPERLINK(\"http://x/\")\n"), []Warning{Formula}},
		{"a.csv", []byte("name,when\n+963 11,-3\n-,=\n"), nil},
		{"a.rar", []byte("Rar!\x1a\x07\x01\x00" + string(make([]byte, 40))), []Warning{Archive, NotWhole}},
		{"photo.jpg", append(jpegOf(40, 30), zipOf("a.txt", "x")...), []Warning{Polyglot}},
		{"photo.gif", append(gifOf(40, 30), "<script>alert(1)</script>"...), []Warning{Polyglot}},
		{"photo.png", append(pngOf(40, 30), "\n%PDF-1.4"...), nil}, // below, if it is near the beginning
		{"photo.jpg", jpegOf(40, 30)[:200], []Warning{NoPicture}},
		{"photo.png", pngHeader(30000, 30000), []Warning{Bomb, NoPicture}},
		{"photo.jpg", jpegHeader(30000, 30000, false), []Warning{Bomb, NoPicture}},
		{"photo.jpg", jpegHeader(6000, 5000, true), []Warning{Bomb, NoPicture}},
		{"photo.png", jpegOf(40, 30), []Warning{Mismatch}},
		{"x.dat", bytes.Repeat([]byte{0x01, 0xfe, 0x80, 0x00}, 100), []Warning{Unknown}},
	} {
		got := look(t, test.name, test.data).Warnings
		switch {
		case test.name == "a.apk":
			if !slices.Contains(got, Program) {
				t.Errorf("an Android program: %v", got)
			}
		case test.name == "photo.png" && bytes.Contains(test.data, []byte("%PDF")):
			if len(test.data) < 2048 && !slices.Contains(got, Polyglot) {
				t.Errorf("a picture that is a PDF too: %v", got)
			}
		case !slices.Equal(got, test.want):
			t.Errorf("%s (%.40q): %v, want %v", test.name, test.data, got, test.want)
		}
	}
}

// A picture is drawn anew: no larger than it may be, turned as the camera says, and
// with nothing of the file in it but colours.
func TestPicture(t *testing.T) {
	for _, test := range []struct {
		data []byte
		w, h int
	}{
		{jpegOf(40, 30), 40, 30},
		{exif(40, 30, 6), 30, 40},
		{exif(40, 30, 3), 40, 30},
		{pngOf(2000, 1000), Side, Side / 2},
		{gifOf(30, 3000), 9, Side},
	} {
		l := look(t, "photo", test.data)
		m, err := jpeg.Decode(bytes.NewReader(l.Picture))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Bounds().Size(); got.X != test.w || got.Y != test.h {
			t.Errorf("%v, want %d by %d", got, test.w, test.h)
		}
		for _, secret := range []string{"Exif", "Phone", "Abu Ali"} {
			if bytes.Contains(l.Picture, []byte(secret)) {
				t.Errorf("%s is still in it", secret)
			}
		}
		if again := look(t, "photo", test.data); !bytes.Equal(again.Picture, l.Picture) {
			t.Error("the second time it is another")
		}
	}
}

// One viewer looks at one file after another and mixes nothing up.
func TestAnew(t *testing.T) {
	v := New()
	see := func(name string, data []byte) *Look {
		l, err := v.Look(t.Context(), name, func(w io.Writer) error { _, err := w.Write(data); return err })
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := see("a.jpg", exif(40, 30, 6))
	kept := bytes.Clone(first.Picture)
	if l := see("a.txt", []byte("hello")); len(l.Warnings) > 0 || l.Picture != nil || l.Width != 0 {
		t.Errorf("%+v", l)
	}
	if !bytes.Equal(first.Picture, kept) {
		t.Error("the first picture was written over")
	}
	bad := errors.New("bad")
	if _, err := v.Look(t.Context(), "a", func(io.Writer) error { return bad }); !errors.Is(err, bad) {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := v.Look(ctx, "a", func(io.Writer) error { return nil }); err == nil {
		t.Error("it went on")
	}
}

// Every warning has words in both languages, and a place in the order.
func TestWords(t *testing.T) {
	for _, w := range All {
		if w.In("ar") == "" || w.In("en") == "" || w.In("ar") == w.In("en") {
			t.Errorf("%s has no words", w)
		}
	}
	if len(words) != len(All) {
		t.Errorf("%d of %d are in the order", len(All), len(words))
	}
}
