package synthetic

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"sync"
)

// File is one file of a source. Name and Type are the source's words.
type File struct {
	Name string
	Type string
	Trap Trap          // what is hostile about it; "" if nothing is
	Data func() []byte // the same bytes each time
}

// Trap is what is hostile about a file.
type Trap string

// The traps.
const (
	TrapPlace    Trap = "place"    // it says where it was made
	TrapActive   Trap = "active"   // it runs something, or asks a network, when it is opened
	TrapType     Trap = "type"     // it is not what its ending says
	TrapPolyglot Trap = "polyglot" // it is two things at once
	TrapBomb     Trap = "bomb"     // it is small and grows when it is read
	TrapBroken   Trap = "broken"   // it ends too early, or says wrong things about itself
	TrapName     Trap = "name"     // its name does harm where it is shown or used as a path
)

// TrapMark stands in everything inside of a hostile file that must not come through
// to what is made of it: the script, the comment, the place.
const TrapMark = "amana-trap-7731"

// Latitude and Longitude are the place that files with [TrapPlace] tell: in the sea.
const (
	Latitude  = "34.0000"
	Longitude = "30.0000"
)

// files makes one to three files, most of them harmless.
func (m *maker) files() (all []File) {
	for range 1 + m.IntN(3) {
		kinds := Harmless()
		if m.percent(35) {
			kinds = Hostile()
		}
		all = append(all, kinds[m.IntN(len(kinds))])
	}
	return all
}

// Harmless returns one file of each kind that people send.
func Harmless() []File {
	return []File{
		{Name: "IMG_0412.jpg", Type: "image/jpeg", Data: func() []byte { return photo(40, 30) }},
		{Name: "صورة.jpeg", Type: "image/jpeg", Data: func() []byte { return photo(31, 47) }},
		{Name: "Screenshot.png", Type: "image/png", Data: drawing},
		{Name: "paper.pdf", Type: "application/pdf", Data: func() []byte { return pdf("") }},
		{Name: "ورقة التسوية.pdf", Type: "application/pdf", Data: func() []byte { return pdf("") }},
		{Name: "notes.txt", Type: "text/plain", Data: func() []byte { return []byte("كتبت هذا في حينه.\nI wrote this at the time.\n") }},
		{Name: "letter.docx", Type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Data: func() []byte { return office(false) }},
		{Name: "voice.m4a", Type: "audio/mp4", Data: func() []byte { return movie("M4A ", "") }},
		{Name: "VID-20181104.mp4", Type: "video/mp4", Data: func() []byte { return movie("isom", "") }},
		{Name: "voice.ogg", Type: "audio/ogg", Data: func() []byte { return append([]byte("OggS\x00\x02"), make([]byte, 60)...) }},
	}
}

// Hostile returns one file of every kind that does harm.
func Hostile() []File {
	return slices.Concat(places(), actives(), disguised(), bombs(), broken(), named())
}

// Traps returns all kinds of files, the harmless first.
func Traps() []File { return slices.Concat(Harmless(), Hostile()) }

// canvas is a picture in which no two corners are the same.
func canvas(w, h int) image.Image {
	c := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c.Set(x, y, color.RGBA{uint8(x * 5), uint8(y * 5), uint8((x ^ y) * 3), 255})
		}
	}
	return c
}

// photo is a JPEG without anything but the picture.
func photo(w, h int) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, canvas(w, h), nil); err != nil {
		return nil
	}
	return out.Bytes()
}

// drawing is a PNG without anything but the picture.
var drawing = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, canvas(24, 36)); err != nil {
		return nil
	}
	return out.Bytes()
})
