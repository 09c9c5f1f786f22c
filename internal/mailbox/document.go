package mailbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// replySchema is the version of the document. A change to it changes the version.
const replySchema = "amana/reply/1"

// encode returns the document of a reply with the spaces that follow it: plainSize
// bytes.
func (r Reply) encode() ([]byte, error) {
	var b bytes.Buffer
	b.Grow(plainSize + 1) // never moved, so that clearing it leaves no copy
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // or three letters would take 6 bytes each
	err := e.Encode(struct {
		Schema string `json:"schema"`
		Thread string `json:"thread"`
		Day    string `json:"day"`
		Text   string `json:"text"`
	}{replySchema, r.Thread, r.Day, r.Text})
	if err != nil {
		return nil, err
	}
	data := bytes.TrimRight(b.Bytes(), "\n")
	if len(data) > plainSize {
		return nil, fmt.Errorf("it takes %d bytes, more than %d", len(data), plainSize)
	}
	return append(data, bytes.Repeat([]byte(" "), plainSize-len(data))...), nil
}

var errDocument = errors.New("it does not follow its schema")

// decode reads a document: one object with the four keys, each once and a text, and
// only spaces after it. Package json alone lets pass keys that stand twice or in
// another case.
func decode(data []byte) (Reply, error) {
	if !utf8.Valid(data) {
		return Reply{}, errDocument
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return Reply{}, errDocument
	}
	values := make(map[string]string)
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return Reply{}, errDocument
		}
		value, err := d.Token()
		if err != nil {
			return Reply{}, errDocument
		}
		name, _ := key.(string)
		text, ok := value.(string)
		if _, twice := values[name]; twice || !ok {
			return Reply{}, errDocument
		}
		values[name] = text
	}
	if _, err := d.Token(); err != nil || len(bytes.Trim(data[d.InputOffset():], " ")) > 0 {
		return Reply{}, errDocument
	}
	for _, key := range []string{"schema", "thread", "day", "text"} {
		if _, ok := values[key]; !ok {
			return Reply{}, errDocument
		}
	}
	if len(values) != 4 {
		return Reply{}, errDocument
	}
	if values["schema"] != replySchema {
		return Reply{}, errors.New("it is of another version")
	}
	return Reply{Thread: values["thread"], Day: values["day"], Text: values["text"]}, nil
}
