package unseal

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"amana/internal/testimony"
)

// The documents hold to these shapes. Lengths of answers and names are bounded
// by [testimony.MaxDocument] alone: better an answer that is longer than it
// should be than one that cannot be read.
var (
	keyShape      = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)
	languageShape = regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)
)

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

// decode reads one strict JSON document of the given schema into value: UTF-8,
// known keys only, each once and in its one spelling, and nothing after it.
func decode(data []byte, name, schema string, value any) error {
	if !utf8.Valid(data) {
		return malformed("%s is not UTF-8", name)
	}
	if err := checkTokens(data); err != nil {
		return malformed("%s: %v", name, err)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return malformed("%s is not an object with a schema", name)
	}
	if head.Schema != schema {
		family := schema[:strings.LastIndex(schema, "/")+1]
		if strings.HasPrefix(head.Schema, family) {
			return fmt.Errorf("%w (%s is of schema %.40q)", ErrVersion, name, head.Schema)
		}
		return malformed("%s is of schema %.40q", name, head.Schema)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(value); err != nil {
		// The error of package json may quote what the source wrote.
		return malformed("%s does not follow its schema", name)
	}
	return nil
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
	var m testimony.Manifest
	if err := decode(data, testimony.ManifestName, testimony.ManifestSchema, &m); err != nil {
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

// parseTestimony reads testimony.json, which must name exactly the files.
func parseTestimony(data []byte, files []*zip.File, t *testimony.Testimony) error {
	if err := decode(data, testimony.TestimonyName, testimony.Schema, t); err != nil {
		return err
	}
	if !languageShape.MatchString(t.Language) {
		return malformed("its language is not a language tag")
	}
	if day, err := time.Parse(time.DateOnly, t.Received); err != nil || day.Format(time.DateOnly) != t.Received {
		return malformed("the day it was received is not a day")
	}
	if sum, err := hex.DecodeString(t.Roster.SHA256); err != nil || hex.EncodeToString(sum) != t.Roster.SHA256 || len(sum) != 32 {
		return malformed("it does not say to which list of reviewers it was sealed")
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
