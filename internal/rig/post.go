package rig

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Boundary is what Part's forms are divided by.
const Boundary = "----WebKitFormBoundaryA1b2C3d4E5f6"

// File is one file of a testimony to hand in.
type File struct {
	Name    string
	Content io.Reader
	Size    int64
}

// Text returns a file with the given content.
func Text(name, content string) File {
	return File{name, strings.NewReader(content), int64(len(content))}
}

// Field is one field of a form.
type Field struct{ Name, Value string }

// Form returns the body of a form with a narrative, as a stream, and its length.
func Form(narrative string, files ...File) (io.Reader, int64) {
	return FormOf([]Field{{"narrative", narrative}}, files...)
}

// FormOf returns the body of a form with the fields, and the files after them, as a
// stream, and its length.
func FormOf(fields []Field, files ...File) (io.Reader, int64) {
	var parts []io.Reader
	var size int64
	add := func(s string) {
		parts = append(parts, strings.NewReader(s))
		size += int64(len(s))
	}
	for _, f := range fields {
		add(fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", Boundary, f.Name, f.Value))
	}
	for _, f := range files {
		add(fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%s\"\r\nContent-Type: image/jpeg\r\n\r\n", Boundary, f.Name))
		parts = append(parts, f.Content)
		size += f.Size
		add("\r\n")
	}
	add("--" + Boundary + "--\r\n")
	return io.MultiReader(parts...), size
}

// Head returns the head of a request that posts a form of the given length.
func Head(path string, length int64) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: amana.onion\r\nUser-Agent: test\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n\r\n", path, Boundary, length)
}

// Post hands in a testimony and returns the status and page of
// the answer.
func (s *State) Post(narrative string, files ...File) (int, string, error) {
	return s.PostTo("/ar/testimony", []Field{{"narrative", narrative}}, files...)
}

// PostTo sends a form to a path and returns the status and page of the answer.
func (s *State) PostTo(path string, fields []Field, files ...File) (int, string, error) {
	body, size := FormOf(fields, files...)
	return s.Send(io.MultiReader(strings.NewReader(Head(path, size)), body))
}

var (
	tokenOf = regexp.MustCompile(`name="?token"? value="?([A-Za-z0-9_-]+)`)
	wordsOf = regexp.MustCompile(`(?s)<ol[^>]*class="?words[^>]*>(.*?)</ol>`)
	itemOf  = regexp.MustCompile(`(?s)<li>([^<]*)`)
	replyOf = regexp.MustCompile(`name="?id"? value="?([0-9a-f]{32})`)
)

// Token returns the token that a page carries, or "".
func Token(page string) string {
	if m := tokenOf.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

// CodeWords returns the words of the code that a receipt shows, or none.
func CodeWords(page string) (words []string) {
	list := wordsOf.FindStringSubmatch(page)
	if list == nil {
		return nil
	}
	for _, m := range itemOf.FindAllStringSubmatch(list[1], -1) {
		words = append(words, strings.TrimSpace(m[1]))
	}
	return words
}

// ReplyIDs returns the ids of the replies that the page of a thread offers.
func ReplyIDs(page string) (ids []string) {
	for _, m := range replyOf.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// Send sends raw bytes and reads the answer.
func (s *State) Send(raw io.Reader) (int, string, error) {
	c, err := s.Dial()
	if err != nil {
		return 0, "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Minute))
	sent := make(chan error, 1)
	go func() {
		// Large writes: the client shares the machine with what is measured.
		_, err := io.CopyBuffer(struct{ io.Writer }{c}, raw, make([]byte, 256<<10))
		sent <- err
	}()
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, "", errors.Join(fmt.Errorf("read answer: %w", err), <-sent)
	}
	page, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, "", fmt.Errorf("read answer: %w", err)
	}
	return response.StatusCode, string(page), nil
}
