package preview

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// ending returns the ending of a name, in lower case and without a dot or what
// programs leave out of sight behind it.
func ending(name string) string {
	name = strings.TrimRight(strings.ToLower(strings.ReplaceAll(name, `\`, "/")), ". \u00a0")
	return strings.TrimPrefix(path.Ext(name), ".")
}

// Endings by which computers decide what a double click does, whatever the bytes are.
var (
	programEndings = []string{"exe", "com", "scr", "pif", "cpl", "msi", "msix", "dll", "sys", "apk", "xapk", "jar", "app", "dmg", "pkg",
		"deb", "rpm", "iso", "img", "vhd", "vhdx", "gadget", "ipa", "elf", "bin", "run", "appimage"}
	scriptEndings = []string{"js", "jse", "mjs", "vbs", "vbe", "wsf", "wsh", "ps1", "psm1", "bat", "cmd", "sh", "bash", "zsh", "py", "pyw",
		"rb", "pl", "php", "lua", "reg", "lnk", "url", "webloc", "desktop", "inf", "scf", "hta", "chm", "application", "command",
		"library-ms", "search-ms", "settingcontent-ms", "one", "onepkg", "xll", "iqy", "slk"}
	pageEndings    = []string{"html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "xml", "xsl", "xslt"}
	drawingEndings = []string{"svg", "svgz"}
	macroEndings   = []string{"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam"}
)

// endings warns of what a name promises, and of a name that promises something else
// than the bytes are.
func (v *Viewer) endings(kind *mimetype.MIME, name string) {
	e := ending(name)
	switch {
	case e == "bin": // our own name for what has none
	case slices.Contains(programEndings, e):
		v.warn(Program)
	case slices.Contains(scriptEndings, e):
		v.warn(Script)
	case slices.Contains(pageEndings, e):
		v.warn(Page)
	case slices.Contains(drawingEndings, e):
		v.warn(Drawing)
	case slices.Contains(macroEndings, e):
		v.warn(Macro)
	}
	if kinds, known := kindsOf[e]; known && !slices.ContainsFunc(kinds, func(k string) bool { return within(kind, k) }) {
		v.warn(Mismatch)
	}
}

// kindsOf says what the bytes of a file with an ending may be.
var kindsOf = map[string][]string{
	"jpg": {"image/jpeg"}, "jpeg": {"image/jpeg"}, "png": {"image/png"}, "gif": {"image/gif"}, "webp": {"image/webp"},
	"heic": {"image/heic", "image/heif", "image/heic-sequence"}, "heif": {"image/heif", "image/heic", "image/heif-sequence"},
	"bmp": {"image/bmp"}, "tif": {"image/tiff"}, "tiff": {"image/tiff"}, "avif": {"image/avif"},
	"pdf": {"application/pdf"}, "txt": {"text/plain"}, "csv": {"text/plain"}, "rtf": {"text/rtf"},
	"doc": {"application/x-ole-storage", "text/rtf"}, "xls": {"application/x-ole-storage"}, "ppt": {"application/x-ole-storage"},
	"docx": {"application/zip"}, "xlsx": {"application/zip"}, "pptx": {"application/zip"},
	"odt": {"application/zip"}, "ods": {"application/zip"}, "odp": {"application/zip"}, "zip": {"application/zip"},
	"7z": {"application/x-7z-compressed"}, "rar": {"application/x-rar-compressed"},
	"mp3": {"audio/mpeg"}, "m4a": {"audio/x-m4a", "audio/mp4", "video/mp4"}, "aac": {"audio/aac", "audio/mpeg"}, "ogg": {"application/ogg"},
	"oga": {"application/ogg"}, "opus": {"application/ogg"}, "wav": {"audio/wav"}, "amr": {"audio/amr"}, "flac": {"audio/flac"},
	"mp4": {"video/mp4", "audio/mp4", "video/quicktime", "video/x-m4v", "video/3gpp"}, "m4v": {"video/mp4", "video/x-m4v"},
	"mov": {"video/quicktime", "video/mp4"}, "3gp": {"video/3gpp", "video/3gpp2", "video/mp4"}, "avi": {"video/x-msvideo"},
	"mkv": {"video/x-matroska", "video/webm"}, "webm": {"video/webm", "video/x-matroska"},
}

// within tells whether a kind is another, or one of that.
func within(kind *mimetype.MIME, other string) bool {
	for ; kind != nil; kind = kind.Parent() {
		if kind.Is(other) {
			return true
		}
	}
	return false
}

// What the bytes of a file can be that acts when it is opened.
var (
	programKinds = []string{"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
		"application/x-ms-installer", "application/x-java-applet", "application/java-archive", "application/vnd.android.package-archive",
		"application/wasm", "application/x-shockwave-flash", "application/x-chrome-extension", "application/vnd.debian.binary-package",
		"application/x-rpm", "application/vnd.ms-htmlhelp"}
	scriptKinds = []string{"text/javascript", "text/x-php", "text/x-lua", "text/x-perl", "text/x-python", "text/x-ruby",
		"text/x-shellscript", "text/x-tcl", "application/x-ms-shortcut", "application/postscript", "application/onenote"}
	pageKinds    = []string{"text/html", "application/xhtml+xml", "text/xml"}
	archiveKinds = []string{"application/x-7z-compressed", "application/x-rar-compressed", "application/x-tar", "application/gzip",
		"application/x-xz", "application/x-bzip2", "application/zstd", "application/vnd.ms-cab-compressed", "application/x-xar",
		"application/lzip", "application/x-cpio", "application/x-installshield"}
)

// content warns of what the bytes are.
func (v *Viewer) content(kind *mimetype.MIME) {
	of := func(kinds []string) bool {
		return slices.ContainsFunc(kinds, func(k string) bool { return within(kind, k) })
	}
	if w, found := acting(v.head); found {
		v.warn(w)
	}
	switch {
	case of(programKinds):
		v.warn(Program)
	case of(scriptKinds):
		v.warn(Script)
	case kind.Is("image/svg+xml"):
		v.warn(Drawing)
	case of(pageKinds):
		v.warn(Page)
	case of(archiveKinds):
		v.warn(Archive)
		v.warn(NotWhole)
	case kind.Is("application/octet-stream") && v.total > 0:
		v.warn(Unknown)
	}
}

// acting tells whether bytes begin like something that acts when it is opened,
// whichever name it has.
func acting(head []byte) (Warning, bool) {
	head = head[:min(len(head), 64<<10)]
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\f\x00"))
	switch {
	case bytes.HasPrefix(head, []byte("MZ")), bytes.HasPrefix(head, []byte("\x7fELF")), bytes.HasPrefix(head, []byte("\xca\xfe\xba\xbe")),
		bytes.HasPrefix(head, []byte("\xcf\xfa\xed\xfe")), bytes.HasPrefix(head, []byte("\xce\xfa\xed\xfe")):
		return Program, true
	case bytes.HasPrefix(text, []byte("#!")), bytes.HasPrefix(text, []byte("@echo off")), bytes.HasPrefix(text, []byte("<?php")),
		bytes.HasPrefix(text, []byte("[internetshortcut]")), bytes.HasPrefix(head, []byte("L\x00\x00\x00\x01\x14\x02\x00")):
		return Script, true
	case !bytes.HasPrefix(text, []byte("<")):
		return "", false
	case bytes.Contains(text, []byte("<svg")):
		return Drawing, true
	case markup(text):
		return Page, true
	}
	return "", false
}

// markup tells whether bytes in lower case hold what a browser would take for a page.
func markup(text []byte) bool {
	for _, tag := range []string{"<script", "<html", "<!doctype html", "<iframe", "<body", "<svg", "<object data", "<embed src"} {
		if bytes.Contains(text, []byte(tag)) {
			return true
		}
	}
	return false
}

// twofold warns of a file that is one thing by its first bytes and another by others.
func (v *Viewer) twofold(kind *mimetype.MIME) {
	if len(v.head) == 0 {
		return
	}
	zipped := within(kind, "application/zip")
	picture := strings.HasPrefix(kind.String(), "image/") && !kind.Is("image/svg+xml")
	pdf := kind.Is("application/pdf")
	early := v.head[:min(len(v.head), 2048)]
	switch {
	case !pdf && bytes.Contains(early, []byte("%PDF-")):
		v.warn(Polyglot)
	case pdf && !bytes.HasPrefix(v.head, []byte("%PDF-")) && !bytes.HasPrefix(bytes.TrimLeft(early, "\xef\xbb\xbf \t\r\n"), []byte("%PDF-")):
		v.warn(Polyglot)
	case !zipped && hasDirectory(v.end()):
		v.warn(Polyglot)
	case (picture || pdf) && v.archiveInside():
		v.warn(Polyglot)
	case picture && (v.markupInside() || program(v.head)):
		v.warn(Polyglot)
	}
}

// program tells whether a picture is one whose first bytes are JavaScript too: those of
// its size begin a comment, or give a value to a name.
func program(head []byte) bool {
	for _, magic := range []string{"GIF87a", "GIF89a", "BM"} {
		if rest, is := bytes.CutPrefix(head, []byte(magic)); is && (bytes.HasPrefix(rest, []byte("/*")) || bytes.HasPrefix(rest, []byte("="))) {
			return true
		}
	}
	return false
}

// end returns the last bytes of the file.
func (v *Viewer) end() []byte {
	if len(v.tail) > 1<<16 {
		return v.tail
	}
	return v.head[max(0, len(v.head)-maxTail):]
}

// hasDirectory tells whether bytes end with the directory of a ZIP.
func hasDirectory(tail []byte) bool {
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	return i >= 0 && len(tail)-i >= 22 && bytes.Contains(tail[:i], []byte("PK\x01\x02"))
}

func (v *Viewer) archiveInside() bool {
	for _, magic := range []string{"Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "MZ\x90\x00\x03\x00\x00\x00", "\x7fELF\x02\x01\x01", "\x7fELF\x01\x01\x01"} {
		if bytes.Index(v.head, []byte(magic)) > 0 || bytes.Contains(v.tail, []byte(magic)) {
			return true
		}
	}
	return false
}

// markupInside looks for a page in a picture, piece by piece, for a picture in lower
// case would be a second one in memory.
func (v *Viewer) markupInside() bool {
	const piece, overlap = 64 << 10, 32
	for i := 0; i < len(v.head); i += piece {
		if markup(bytes.ToLower(v.head[i:min(len(v.head), i+piece+overlap)])) {
			return true
		}
	}
	return markup(bytes.ToLower(v.tail))
}
