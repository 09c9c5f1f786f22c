package synthetic

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// places are files that tell where they were made, in every way that phones do.
func places() []File {
	place := func(name, kind string, data func() []byte) File { return File{name, kind, TrapPlace, data} }
	return []File{
		place("DSC_0091.jpg", "image/jpeg", func() []byte {
			return segment(photo(40, 30), 0xe1, append([]byte("Exif\x00\x00"), gps(binary.BigEndian)...))
		}),
		place("phone.jpg", "image/jpeg", func() []byte {
			return segment(photo(40, 30), 0xe1, append([]byte("Exif\x00\x00"), gps(binary.LittleEndian)...))
		}),
		place("edited.jpg", "image/jpeg", func() []byte { return segment(photo(40, 30), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmp())) }),
		place("map.png", "image/png", func() []byte { return chunk(drawing(), "eXIf", gps(binary.BigEndian)) }),
		place("photo.webp", "image/webp", webp),
		place("scan.tiff", "image/tiff", func() []byte { return gps(binary.LittleEndian) }),
		place("VID_0007.mp4", "video/mp4", func() []byte { return movie("isom", "+"+Latitude+"+0"+Longitude+"/") }),
		place("film.mov", "video/quicktime", func() []byte { return movie("qt  ", "+"+Latitude+"+0"+Longitude+"/") }),
	}
}

// gps is a TIFF without a picture that names a place, a device and a day: what stands
// in EXIF.
func gps(o binary.AppendByteOrder) []byte {
	order := o.(binary.ByteOrder)
	head := map[bool]string{true: "MM\x00*", false: "II*\x00"}[order == binary.ByteOrder(binary.BigEndian)]
	var out, values []byte
	type field struct {
		tag, kind uint16
		n         uint32
		value     []byte
	}
	const ascii, long, rational = 2, 4, 5
	text := func(tag uint16, s string) field { return field{tag, ascii, uint32(len(s) + 1), []byte(s + "\x00")} }
	angle := func(tag uint16, degrees uint32) field {
		var v []byte
		for _, n := range []uint32{degrees, 1, 0, 1, 0, 1} {
			v = o.AppendUint32(v, n)
		}
		return field{tag, rational, 3, v}
	}
	directory := func(at uint32, fields []field) []byte {
		end := at + 2 + 12*uint32(len(fields)) + 4
		values = nil
		d := o.AppendUint16(nil, uint16(len(fields)))
		for _, f := range fields {
			d = o.AppendUint16(d, f.tag)
			d = o.AppendUint16(d, f.kind)
			d = o.AppendUint32(d, f.n)
			if len(f.value) <= 4 {
				d = append(d, append(f.value, make([]byte, 4-len(f.value))...)...)
				continue
			}
			d = o.AppendUint32(d, end+uint32(len(values)))
			values = append(values, f.value...)
		}
		return append(append(d, 0, 0, 0, 0), values...)
	}
	out = append(out, head...)
	out = o.AppendUint32(out, 8)
	first := []field{text(0x010e, TrapMark), text(0x0110, "Phone of "+TrapMark), text(0x0132, "2018:11:04 10:00:00"), {0x8825, long, 1, nil}}
	first[3].value = o.AppendUint32(nil, 8+uint32(len(directory(8, append(slices.Clone(first[:3]), field{0x8825, long, 1, make([]byte, 4)})))))
	out = append(out, directory(8, first)...)
	return append(out, directory(uint32(len(out)), []field{text(1, "N"), angle(2, 34), text(3, "E"), angle(4, 30)})...)
}

// xmp is what editors put into a picture.
func xmp() string {
	return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="34,0.0N" exif:GPSLongitude="30,0.0E" exif:UserComment="` + TrapMark + `"/></rdf:RDF></x:xmpmeta>`
}

// segment puts a segment behind the first two bytes of a JPEG.
func segment(data []byte, marker byte, body []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, marker}, uint16(len(body)+2))
	return slices.Concat(head, body, data[2:])
}

// chunk puts a chunk behind the first of a PNG.
func chunk(data []byte, kind string, body []byte) []byte {
	const behindFirst = 8 + 25
	return slices.Concat(data[:behindFirst], pngChunk(kind, body), data[behindFirst:])
}

func pngChunk(kind string, body []byte) []byte {
	named := append([]byte(kind), body...)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	return binary.BigEndian.AppendUint32(append(out, named...), crc32.ChecksumIEEE(named))
}

// webp is a WebP whose picture is broken and whose EXIF is not.
func webp() []byte {
	exif := gps(binary.LittleEndian)
	if len(exif)%2 == 1 {
		exif = append(exif, 0)
	}
	var body bytes.Buffer
	body.WriteString("WEBPVP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x27\x00\x00\x1d\x00\x00EXIF")
	body.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(exif))))
	body.Write(exif)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(body.Len())), body.Bytes()...)
}

// movie is the beginning of an MP4, with a place if there is one.
func movie(brand, place string) []byte {
	box := func(kind string, body []byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), kind...), body...)
	}
	out := box("ftyp", []byte(brand+"\x00\x00\x02\x00isommp41"))
	inside := box("mvhd", make([]byte, 100))
	if place != "" {
		text := fmt.Sprintf("\x00%c\x15\xc7%s", len(place), place)
		inside = append(inside, box("udta", box("\xa9xyz", []byte(text)))...)
	}
	return slices.Concat(out, box("moov", inside), box("mdat", make([]byte, 64)))
}
