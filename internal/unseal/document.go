package unseal

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"amana/internal/testimony"
)

// keyShape is that of all keys of a document.
var keyShape = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

// maxDepth bounds the nesting of a document; the deepest today is 3.
const maxDepth = 8

// readDocument returns the bytes of a JSON entry.
func readDocument(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > testimony.MaxDocument {
		return nil, malformed("%s is larger than %d bytes", f.Name, testimony.MaxDocument)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	// The end is where archive/zip compares the checksum.
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		if err == nil {
			err = malformed("%s is longer than it says", f.Name)
		}
		return nil, err
	}
	return data, nil
}

// schemaOf returns the schema of a JSON document, which is UTF-8, has each key once
// and in its one spelling, and nothing after its end.
func schemaOf(data []byte, name string) (string, error) {
	if !utf8.Valid(data) {
		return "", malformed("%s is not UTF-8", name)
	}
	if err := checkTokens(data); err != nil {
		return "", malformed("%s: %v", name, err)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return "", malformed("%s is not an object with a schema", name)
	}
	return head.Schema, nil
}

// decode reads a document that schemaOf has looked at into value, which knows all
// of its keys.
func decode(data []byte, name string, value any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(value); err != nil {
		// The error of package json may quote what the source wrote.
		return malformed("%s does not follow its schema", name)
	}
	return nil
}

// notKnown returns the error about a document of another schema than the newest
// known one, or one before it.
func notKnown(name, schema, newest string) error {
	cut := strings.LastIndex(newest, "/") + 1
	number, same := strings.CutPrefix(schema, newest[:cut])
	n, err := strconv.ParseUint(number, 10, 32)
	if known, _ := strconv.ParseUint(newest[cut:], 10, 32); same && err == nil && n > known && strconv.FormatUint(n, 10) == number {
		return fmt.Errorf("%w (%s is of schema %.40q)", ErrVersion, name, schema)
	}
	return malformed("%s is of schema %.40q", name, schema)
}

// checkTokens walks a document for what package json lets pass: keys that
// stand twice or in another case, deep nesting, and bytes after the end.
func checkTokens(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := checkValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows its end")
	}
	return nil
}

var errNotJSON = errors.New("it is not JSON")

func checkValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("it is nested too deep")
	}
	token, err := d.Token()
	if err != nil {
		return errNotJSON
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	keys := make(map[string]bool)
	for d.More() {
		if open == '{' {
			token, err := d.Token()
			key, ok := token.(string)
			if err != nil || !ok {
				return errNotJSON
			}
			if !keyShape.MatchString(key) || keys[key] {
				return errors.New("a key stands twice or is misspelled")
			}
			keys[key] = true
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	return nil
}

// checkManifest holds manifest.json to the entries that it must list, and
// returns their hashes.
func checkManifest(data []byte, entries []*zip.File) ([][32]byte, error) {
	schema, err := schemaOf(data, testimony.ManifestName)
	if err != nil {
		return nil, err
	}
	if schema != testimony.ManifestSchema {
		return nil, notKnown(testimony.ManifestName, schema, testimony.ManifestSchema)
	}
	var m testimony.Manifest
	if err := decode(data, testimony.ManifestName, &m); err != nil {
		return nil, err
	}
	if len(m.Entries) != len(entries) {
		return nil, malformed("the manifest lists %d entries where there are %d", len(m.Entries), len(entries))
	}
	sums := make([][32]byte, len(entries))
	for i, e := range m.Entries {
		sum, err := hex.DecodeString(e.SHA256)
		if err != nil || len(sum) != 32 || hex.EncodeToString(sum) != e.SHA256 {
			return nil, malformed("the manifest gives no hash for entry %d", i+1)
		}
		if e.Name != entries[i].Name || e.Size < 0 || uint64(e.Size) != entries[i].UncompressedSize64 {
			return nil, malformed("the manifest does not fit entry %d", i+1)
		}
		sums[i] = [32]byte(sum)
	}
	return sums, nil
}

// testimony1 is testimony.json of schema 1.
type testimony1 struct {
	Schema   string            `json:"schema"`
	Language string            `json:"language"`
	Answers  map[string]string `json:"answers"`
	Files    []testimony.File  `json:"files"`
	Received string            `json:"received"`
	Roster   testimony.Roster  `json:"roster"`
}

// parseTestimony reads testimony.json, which must name exactly the files.
func parseTestimony(data []byte, files []*zip.File, t *testimony.Testimony) error {
	const name = testimony.TestimonyName
	schema, err := schemaOf(data, name)
	if err != nil {
		return err
	}
	switch schema {
	case testimony.Schema, testimony.Schema3:
		if err = decode(data, name, t); err == nil {
			err = allKeys(data)
		}
	case testimony.Schema1:
		var old testimony1
		err = decode(data, name, &old)
		*t = testimony.Testimony{Schema: old.Schema, Kind: testimony.First, Language: old.Language,
			Answers: old.Answers, Files: old.Files, Received: old.Received, Roster: old.Roster}
	default:
		err = notKnown(name, schema, testimony.Schema3)
	}
	if err != nil {
		return err
	}
	if err := t.Check(); err != nil {
		return malformed("%s: %v", name, err)
	}
	if len(t.Files) != len(files) {
		return malformed("it names %d files where there are %d", len(t.Files), len(files))
	}
	for i, f := range t.Files {
		if f.Entry != files[i].Name {
			return malformed("it names another file %d", i+1)
		}
	}
	return nil
}

// allKeys returns an error unless a testimony.json with no unknown keys has all that
// there are, null or not.
func allKeys(data []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil || len(keys) != reflect.TypeFor[testimony.Testimony]().NumField() {
		return malformed("%s has not all of its keys", testimony.TestimonyName)
	}
	return nil
}
