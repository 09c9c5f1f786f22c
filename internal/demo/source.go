package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"
)

// source is somebody with a browser. It keeps what is on the page before them, and
// nothing else: no cookie, no script.
type source struct {
	ctx    context.Context
	client http.Client
	lang   string
	page   string
}

// field is one field of a form, with what was typed or chosen.
type field struct{ name, value string }

// newSource returns a source who reaches the intake at an address: "tcp" and a host
// with its port, or "unix" and a path.
func newSource(ctx context.Context, network, address, lang string) *source {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return &source{ctx: ctx, client: http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}, lang: lang}
}

// open opens a page of the source's language.
func (s *source) open(path string) error {
	return s.ask(http.MethodGet, path, "", nil)
}

// send sends a form as a browser would: the token of the page first, if it has one,
// then the fields, then the files.
func (s *source) send(path string, fields []field, files ...file) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if token := tokenOf.FindStringSubmatch(s.page); token != nil {
		form.WriteField("token", token[1])
	}
	for _, f := range fields {
		form.WriteField(f.name, f.value)
	}
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
	return s.ask(http.MethodPost, path, form.FormDataContentType(), &body)
}

// ask sends a request and keeps the page, which must be a success.
func (s *source) ask(method, path, contentType string, body io.Reader) error {
	request, err := http.NewRequestWithContext(s.ctx, method, "http://amana.onion/"+s.lang+path, body)
	if err != nil {
		return err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	s.page = string(page)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: status %s: %s", method, path, response.Status, s.heading())
	}
	return nil
}

var (
	tokenOf = regexp.MustCompile(`name="token" value="([^"]+)"`)
	replyOf = regexp.MustCompile(`name="id" value="([^"]+)"`)
	wordOf  = regexp.MustCompile(`<li>([^<]+)</li>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
)

// has returns an error unless the page holds a form with all these fields.
func (s *source) has(fields ...string) error {
	for _, f := range fields {
		if !regexp.MustCompile(`name="?` + f + `["> ]`).MatchString(s.page) {
			return fmt.Errorf("the page %q has no field %s", s.heading(), f)
		}
	}
	return nil
}

// between returns what stands in the page between two marks, or "".
func (s *source) between(from, to string) string {
	_, rest, ok := strings.Cut(s.page, from)
	if !ok {
		return ""
	}
	part, _, _ := strings.Cut(rest, to)
	return part
}

// heading returns what stands on top of the page.
func (s *source) heading() string { return html.UnescapeString(s.between("<h1>", "</h1>")) }

// show prints the heading, and the sentences that stand between two marks below.
func (s *source) show(from, to string) {
	fmt.Printf("   the page says: %s\n", s.heading())
	for line := range strings.Lines(tag.ReplaceAllString(s.between(from, to), "")) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Printf("      %s\n", html.UnescapeString(line))
		}
	}
}

// code returns the words of the code that the receipt shows.
func (s *source) code() (words []string) {
	for _, m := range wordOf.FindAllStringSubmatch(s.between(`<ol class="words"`, "</ol>"), -1) {
		words = append(words, html.UnescapeString(m[1]))
	}
	return words
}
