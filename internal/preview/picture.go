package preview

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// Bounds of a picture that is decoded, and of the one that is drawn anew.
const (
	maxDecoded = 96 << 20 // bytes that decoding may need
	maxPixels  = 60_000_000
	maxSide    = 60_000
	// Side is the longer side of a preview, in pixels.
	Side    = 960
	quality = 72
)

// decoder reads one kind of picture.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	bytes  int // that decoding needs for a pixel, at most; 0: what the colours need
}

var decoders = map[string]decoder{
	"image/jpeg":             {jpeg.DecodeConfig, jpeg.Decode, 0},
	"image/png":              {png.DecodeConfig, png.Decode, 0},
	"image/vnd.mozilla.apng": {png.DecodeConfig, png.Decode, 0},
	"image/gif":              {gif.DecodeConfig, gif.Decode, 2},
	"image/webp":             {webp.DecodeConfig, webp.Decode, 8},
	"image/bmp":              {bmp.DecodeConfig, bmp.Decode, 4},
	"image/tiff":             {tiff.DecodeConfig, tiff.Decode, 16},
}

// picture draws a picture anew, smaller, so that nothing of the file comes to the page
// but colours.
func (v *Viewer) picture(ctx context.Context) {
	d, known := decoders[v.look.Type]
	if !known {
		return
	}
	drawn := false
	defer func() {
		if !drawn {
			v.warn(NoPicture)
		}
	}()
	if v.total > int64(len(v.head)) {
		return
	}
	config, err := d.config(bytes.NewReader(v.head))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return
	}
	v.look.Width, v.look.Height = config.Width, config.Height
	if !d.fits(config, v.head) {
		v.warn(Bomb)
		return
	}
	full, err := d.decode(untilDone{ctx, bytes.NewReader(v.head)})
	if err != nil || full.Bounds().Dx() != config.Width || full.Bounds().Dy() != config.Height {
		return
	}
	small := smaller(full, v.turned)
	v.second.Reset()
	if err := jpeg.Encode(&v.second, small, &jpeg.Options{Quality: quality}); err != nil {
		return
	}
	v.look.Picture, drawn = bytes.Clone(v.second.Bytes()), true
}

// fits tells whether a picture can be decoded within the bounds.
func (d decoder) fits(c image.Config, data []byte) bool {
	if c.Width > maxSide || c.Height > maxSide {
		return false
	}
	pixels := int64(c.Width) * int64(c.Height)
	each := int64(d.bytes)
	if each == 0 {
		each = depth(c.ColorModel)
		if c.ColorModel == color.YCbCrModel || c.ColorModel == color.GrayModel || c.ColorModel == color.CMYKModel {
			each += progressive(data) * each
		}
	}
	return pixels <= maxPixels && pixels*each <= maxDecoded
}

// depth returns how many bytes a pixel of a colour model takes.
func depth(m color.Model) int64 {
	switch m {
	case color.GrayModel, color.AlphaModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBAModel, color.NRGBAModel, color.CMYKModel:
		return 4
	}
	if _, palette := m.(color.Palette); palette {
		return 1
	}
	return 8
}

// progressive returns 4 for a JPEG that comes in several passes, whose coefficients
// are all kept until the last, and else 0.
func progressive(data []byte) int64 {
	if len(data) < 2 || data[0] != 0xff || data[1] != 0xd8 {
		return 0
	}
	for i := 2; i+3 < len(data); {
		if data[i] != 0xff {
			return 4 // not as it should be: the worse is supposed
		}
		marker := data[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0xc2, marker <= 0x01, marker >= 0xd0 && marker <= 0xd9:
			return 4 // those without a length are in no JPEG that a camera makes
		case marker == 0xc0, marker == 0xc1:
			return 0
		}
		i += 2 + int(data[i+2])<<8 + int(data[i+3])
	}
	return 4
}

// smaller returns the picture so that its longer side has at most Side pixels, on
// white, and turned as a camera says that it must be.
func smaller(full image.Image, turned int) image.Image {
	b := full.Bounds()
	w, h := b.Dx(), b.Dy()
	if longer := max(w, h); longer > Side {
		w, h = max(1, w*Side/longer), max(1, h*Side/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, b, draw.Over, nil)
	if turned < 2 || turned > 8 {
		return small
	}
	return turn(small, turned)
}

// turn applies EXIF's orientation, 2 to 8.
func turn(from *image.RGBA, how int) image.Image {
	w, h := from.Rect.Dx(), from.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if how >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := x, y
			switch how {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			to.SetRGBA(x, y, from.RGBAAt(sx, sy))
		}
	}
	return to
}
