// Package preview looks into a source's file without opening it: what it is by its
// bytes, what in it could act when somebody opens it, whether it tells a place, a
// device or a name, and, of a picture, a smaller one drawn anew that has nothing of
// the file but its colours.
//
// Every byte of a file may be an attack. The package reads a stream and returns what it
// found: it writes no file, starts no program and may not touch the network, keys or
// testimonies. Its memory is bounded whatever the file says of itself: [MaxLook] bytes
// of it are held, and no picture is decoded that would need more than [maxPixels] allows.
package preview

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"
)

// Bounds of what is held of a file: its beginning, and its end where formats keep
// their directory.
const (
	MaxLook = 24 << 20
	maxTail = 2 << 20
)

// limit bounds the time for one file; with it, the looking stops at the next read.
const limit = 20 * time.Second

// Warning is something that a reviewer must know of a file before they open it.
type Warning string

// The warnings.
const (
	Program      Warning = "program"       // runs on a computer or a phone
	Script       Warning = "script"        // lines that a program runs
	Page         Warning = "page"          // HTML: a browser runs what is in it, and asks for what it names
	Drawing      Warning = "drawing"       // SVG: like HTML
	PDFScript    Warning = "pdf-script"    // JavaScript
	PDFLaunch    Warning = "pdf-launch"    // starts a program, or sends what is filled in
	PDFOpen      Warning = "pdf-open"      // does something as soon as it is opened
	PDFFiles     Warning = "pdf-files"     // other files inside
	Macro        Warning = "macro"         // an office document with a program in it
	Object       Warning = "object"        // an office document with other files or controls in it
	External     Warning = "external"      // asks for something from the network when opened
	Archive      Warning = "archive"       // holds other files
	ArchiveRisky Warning = "archive-risky" // holds programs, scripts or pages
	Escapes      Warning = "escapes"       // an archive that writes elsewhere when it is unpacked
	Formula      Warning = "formula"       // a table in whose cells there is something to compute
	Bomb         Warning = "bomb"          // would fill the disk or the memory
	Polyglot     Warning = "polyglot"      // is two things at once
	Mismatch     Warning = "mismatch"      // is not what its name says
	Unknown      Warning = "unknown"       // nobody can tell what it is
	Locked       Warning = "locked"        // encrypted: nobody could look into it
	NotWhole     Warning = "not-whole"     // it could not be looked into wholly
	NoPicture    Warning = "no-picture"    // a picture that was not drawn: broken, or too large
	Location     Warning = "location"      // says where it was made
	Device       Warning = "device"        // says with which device
	Person       Warning = "person"        // says by whom
)

// All are the warnings in the order in which they are told.
var All = []Warning{Program, Script, Page, Drawing, PDFScript, PDFLaunch, PDFOpen, PDFFiles, Macro, Object, External,
	Formula, Bomb, Escapes, Polyglot, Mismatch, ArchiveRisky, Archive, Locked, Unknown, NotWhole, NoPicture, Location, Device, Person}

// Tells reports whether a warning is about what a file tells of its maker, not about
// what it does.
func (w Warning) Tells() bool { return w == Location || w == Device || w == Person }

// Look is what was found of a file.
type Look struct {
	Type          string    // media type by its bytes
	Width, Height int       // of a picture, in pixels, as its header says; 0 if not known
	Warnings      []Warning // in the order of All, each once
	Picture       []byte    // a JPEG drawn anew, nil if there is none
}

// Viewer looks into files, one after another, with the same memory. It is used by one
// goroutine.
type Viewer struct {
	head   []byte
	tail   []byte
	total  int64
	second bytes.Buffer // what was unpacked of a part of the file

	look   *Look
	found  map[Warning]bool
	turned int // EXIF's orientation; 0 if it says none
}

// New returns a viewer.
func New() *Viewer { return &Viewer{} }

// Look looks into the file that fill writes. name is the name that it had with the
// source; only its ending is looked at. The error is that of fill, or of ctx.
func (v *Viewer) Look(ctx context.Context, name string, fill func(io.Writer) error) (*Look, error) {
	v.head, v.tail, v.total = v.head[:0], v.tail[:0], 0
	if err := fill((*collector)(v)); err != nil {
		return nil, err
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	v.look, v.found, v.turned = new(Look), make(map[Warning]bool), 0
	kind := mimetype.Detect(v.head)
	v.look.Type, _, _ = strings.Cut(kind.String(), ";")
	v.guard(func() { v.all(ctx, kind, name) })
	if v.total > int64(len(v.head)) {
		v.warn(NotWhole)
	}
	for _, w := range All {
		if v.found[w] {
			v.look.Warnings = append(v.look.Warnings, w)
		}
	}
	return v.look, nil
}

// all looks at everything that there is to look at.
func (v *Viewer) all(ctx context.Context, kind *mimetype.MIME, name string) {
	v.endings(kind, name)
	v.content(kind)
	v.guard(func() { v.twofold(kind) })
	switch {
	case kind.Is("application/pdf"):
		v.guard(func() { v.pdf(ctx) })
	case v.isZip(kind):
		v.guard(func() { v.zip(ctx) })
	case bytes.HasPrefix(v.head, oleMagic):
		v.guard(v.ole)
	case kind.Is("text/rtf"):
		v.guard(v.rtf)
	case within(kind, "text/plain"):
		v.guard(func() { v.cells(name) })
	}
	v.guard(func() { v.metadata(ctx) })
	v.guard(func() { v.media(kind) })
	v.guard(func() { v.picture(ctx) })
}

// guard runs a part of the looking. A fault in a reader of some format must not cost
// the reviewers the rest of their report.
func (v *Viewer) guard(look func()) {
	defer func() {
		if fault := recover(); fault != nil {
			faults(fault)
			v.warn(NotWhole)
		}
	}()
	look()
}

// faults is told of faults, for tests to see.
var faults = func(any) {}

func (v *Viewer) warn(w Warning) { v.found[w] = true }

// collector takes a file: its first bytes, its last, and how many they are.
type collector Viewer

func (c *collector) Write(p []byte) (int, error) {
	n := len(p)
	c.total += int64(n)
	if room := MaxLook - len(c.head); room > 0 {
		if cap(c.head) < MaxLook && len(c.head)+len(p) > cap(c.head) {
			c.head = slices.Grow(c.head, min(max(len(p), cap(c.head)), room))
		}
		k := min(room, len(p))
		c.head = append(c.head, p[:k]...)
		p = p[k:]
	}
	if len(p) > maxTail {
		p = p[len(p)-maxTail:]
		c.tail = c.tail[:0]
	}
	if over := len(c.tail) + len(p) - maxTail; over > 0 {
		c.tail = append(c.tail[:0], c.tail[over:]...)
	}
	c.tail = append(c.tail, p...)
	return n, nil
}

// untilDone reads until the context is done, so that no format can be made to take
// forever.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, fmt.Errorf("look into file: %w", err)
	}
	return u.r.Read(p[:min(len(p), 64<<10)])
}
