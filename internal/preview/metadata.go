package preview

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bep/imagemeta"
	"github.com/gabriel-vasile/mimetype"
)

// What pictures tell, by the names of tags in EXIF, IPTC and XMP.
var (
	deviceTags = []string{"Make", "Model", "BodySerialNumber", "SerialNumber", "LensSerialNumber", "CameraSerialNumber", "HostComputer",
		"UniqueCameraModel", "LensModel", "DeviceModelDesc", "ImageUniqueID", "MakerNote", "DeviceManufacturer", "DeviceModel"}
	personTags = []string{"Artist", "Copyright", "CameraOwnerName", "OwnerName", "XPAuthor", "Byline", "By-line", "ByLine", "CopyrightNotice",
		"Credit", "Creator", "creator", "rights", "Author", "author", "Writer-Editor", "CaptionWriter", "PersonInImage", "Contact"}
	placeTags = []string{"City", "Sublocation", "Sub-location", "SubLocation", "ProvinceState", "Province-State", "Location", "State", "Country",
		"CountryName", "CountryPrimaryLocationName", "LocationCreated", "LocationShown", "ContentLocationName"}
)

// formats are the pictures whose metadata can be read.
var formats = map[string]imagemeta.ImageFormat{
	"image/jpeg": imagemeta.JPEG, "image/png": imagemeta.PNG, "image/vnd.mozilla.apng": imagemeta.PNG, "image/webp": imagemeta.WebP,
	"image/tiff": imagemeta.TIFF, "image/heic": imagemeta.HEIF, "image/heif": imagemeta.HEIF, "image/heic-sequence": imagemeta.HEIF,
	"image/heif-sequence": imagemeta.HEIF, "image/avif": imagemeta.AVIF,
}

// metadata warns of what a picture tells of where, with what and by whom it was made.
// What exactly it tells is nobody's business here.
func (v *Viewer) metadata(ctx context.Context) {
	format, known := formats[v.look.Type]
	if !known {
		return
	}
	data := bytes.NewReader(v.head)
	_, err := imagemeta.Decode(imagemeta.Options{
		R: seekUntilDone{untilDone{ctx, data}, data}, ImageFormat: format,
		Sources: imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		// The thumbnail's tags too: programs that clean a picture forget them.
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(tag imagemeta.TagInfo) error { v.tag(tag); return nil },
	})
	if err != nil {
		v.warn(NotWhole)
	}
}

// seekUntilDone is for a reader that goes to and fro.
type seekUntilDone struct {
	untilDone
	io.Seeker
}

// tag warns of what one tag tells.
func (v *Viewer) tag(tag imagemeta.TagInfo) {
	if strings.Trim(fmt.Sprint(tag.Value), " \x00") == "" {
		return
	}
	switch {
	case strings.HasPrefix(tag.Tag, "GPS") && tag.Tag != "GPSVersionID", slices.Contains(placeTags, tag.Tag):
		v.warn(Location)
	case slices.Contains(deviceTags, tag.Tag):
		v.warn(Device)
	case slices.Contains(personTags, tag.Tag):
		v.warn(Person)
	case tag.Tag == "Orientation" && tag.Source == imagemeta.EXIF && !strings.HasPrefix(tag.Namespace, "IFD1"):
		if n, ok := tag.Value.(uint16); ok {
			v.turned = int(n)
		}
	}
}

// told are the marks by which films and sounds tell the same, as the formats write
// them; some are found in bytes that only look so, which costs a warning too many.
var told = []struct {
	mark string
	w    Warning
}{
	{"com.apple.quicktime.location", Location}, {"\xa9xyz", Location}, {"location.ISO6709", Location}, {"loci\x00\x00\x00\x00", Location},
	{"com.apple.quicktime.make", Device}, {"com.apple.quicktime.model", Device}, {"com.android.", Device},
	{"\xa9mak", Device}, {"\xa9mod", Device}, {"smta\x00\x00\x00", Device}, {"mdl\x00model", Device},
	{"\xa9aut", Person}, {"\xa9ART", Person}, {"com.apple.quicktime.author", Person}, {"com.apple.quicktime.artist", Person},
	{"exif:GPSLatitude", Location},
}

// media warns of the same in films and sounds.
func (v *Viewer) media(kind *mimetype.MIME) {
	film := strings.HasPrefix(v.look.Type, "video/") || strings.HasPrefix(v.look.Type, "audio/") || within(kind, "application/ogg")
	if !film {
		return
	}
	for _, t := range told {
		if bytes.Contains(v.head, []byte(t.mark)) || bytes.Contains(v.tail, []byte(t.mark)) {
			v.warn(t.w)
		}
	}
	if bytes.HasPrefix(v.head, []byte("ID3")) {
		tags := v.head[:min(len(v.head), 64<<10)]
		if bytes.Contains(tags, []byte("TPE1")) || bytes.Contains(tags, []byte("TCOM")) || bytes.Contains(tags, []byte("TOWN")) {
			v.warn(Person)
		}
	}
	comments := bytes.ToUpper(v.head[:min(len(v.head), 64<<10)])
	if bytes.Contains(comments, []byte("ARTIST=")) || bytes.Contains(comments, []byte("PERFORMER=")) {
		v.warn(Person)
	}
	if bytes.Contains(comments, []byte("LOCATION=")) {
		v.warn(Location)
	}
}
