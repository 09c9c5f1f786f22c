package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"strings"
)

// The two testimonies. Nobody in them is real.
const (
	arabic = "هذه شهادة تجريبية وليس فيها شخص حقيقي.\n" +
		"انشقّ في صيف 2012، ثم سلّم نفسه في تموز 2018 بعد أن وُعد بالتسوية. اعتُقل بعد أسبوعين ولم نعرف عنه شيئًا."
	english = "This is a testimony for trial; nobody in it is real.\n" +
		"He surrendered under the decree of October 2018 and was arrested at a checkpoint a month later."
)

// dialer opens a connection to the intake.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func dialTCP(address string) dialer {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
}

func dialUnix(path string) dialer {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
}

type file struct {
	name, contentType string
	data              []byte
}

// submit opens the form in a language, fills it in and sends it, and looks for
// the receipt.
func submit(ctx context.Context, dial dialer, lang, narrative string, files []file) error {
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	url := "http://amana.onion/" + lang + "/testimony"
	page, err := ask(ctx, &client, http.MethodGet, url, "", nil)
	if err != nil {
		return fmt.Errorf("open form: %w", err)
	}
	for _, field := range []string{`name="narrative"`, `name="files"`, `enctype="multipart/form-data"`} {
		if !strings.Contains(page, field) {
			return fmt.Errorf("the form has no %s", field)
		}
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("narrative", narrative)
	for _, f := range files {
		part, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="files"; filename="%s"`, f.name)},
			"Content-Type":        {f.contentType},
		})
		if err != nil {
			return err
		}
		part.Write(f.data)
	}
	form.Close()
	page, err = ask(ctx, &client, http.MethodPost, url, form.FormDataContentType(), &body)
	if err != nil {
		return fmt.Errorf("send testimony: %w", err)
	}
	_, heading, _ := strings.Cut(page, "<h1>")
	heading, _, _ = strings.Cut(heading, "</h1>")
	fmt.Printf("   the receipt says: %s\n", heading)
	return nil
}

// ask sends a request and returns the page, which must be a success.
func ask(ctx context.Context, client *http.Client, method, url, contentType string, body io.Reader) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return "", err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %s", response.Status)
	}
	return string(page), nil
}

// photo returns a JPEG whose EXIF names a camera, as a phone's would.
func photo() ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			picture.Set(x, y, color.RGBA{uint8(x), uint8(y), 120, 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		return nil, err
	}
	// The EXIF segment comes right after the start marker (Exif 2.3, 4.5.4).
	return bytes.Join([][]byte{out.Bytes()[:2], exif("Demo phone"), out.Bytes()[2:]}, nil), nil
}

// exif returns an APP1 segment with one tag: Model (0x0110).
func exif(model string) []byte {
	value := append([]byte(model), 0)
	var tiff bytes.Buffer
	tiff.WriteString("II*\x00")
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&tiff, binary.LittleEndian, v)
		}
	}
	const valueAt = 8 + 2 + 12 + 4 // behind the header and the only directory
	put(uint32(8), uint16(1), uint16(0x0110), uint16(2), uint32(len(value)), uint32(valueAt), uint32(0))
	tiff.Write(value)
	segment := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	head := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(segment)+2))
	return append(head, segment...)
}

// pdf returns a page with nothing on it.
func pdf() []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var table strings.Builder
	fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table.String(), len(objects)+1, start)
	return out.Bytes()
}
