package walk

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What can be known again, in lower case: how it begins, and all of it.
var known = map[string]*regexp.Regexp{
	"zqob":     regexp.MustCompile(`^zqob[0-9]{2}x[0-9a-z]{1,40}?qz`),
	"feedc0de": regexp.MustCompile(`^feedc0de[0-9]{24}`),
	"2021-0":   regexp.MustCompile(`^2021-0[1-9]-[0-9]{2}`),
	"age1pq1":  regexp.MustCompile(`^age1pq1[0-9a-z]{40}`),
}

// look puts what can be known again in a text into found.
func look(found map[string]bool, text []byte) {
	for start, whole := range known {
		for rest := text; ; {
			i := bytes.Index(rest, []byte(start))
			if i < 0 {
				break
			}
			rest = rest[i:]
			if w := whole.Find(rest[:min(len(rest), 100)]); w != nil {
				found[string(w)] = true
			}
			rest = rest[1:]
		}
	}
	for run := range runs(text, isHex, 64) { // hashes
		found[string(run[:64])], found[string(run[len(run)-64:])] = true, true
	}
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

func isBase64(c byte) bool {
	return isHex(c) || c >= 'g' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("+/-_", c) >= 0
}

// runs yields the longest runs, of at least so many bytes, of bytes of one sort.
func runs(data []byte, is func(byte) bool, least int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		start := 0
		for i := 0; i <= len(data); i++ {
			if i < len(data) && is(data[i]) {
				continue
			}
			if i-start >= least && !yield(data[start:i]) {
				return
			}
			start = i + 1
		}
	}
}

// scan collects all that can be known again from a file, and from what is packed in it.
func scan(found map[string]bool, data []byte, depth int) {
	lower := bytes.ToLower(data)
	for _, text := range [][]byte{lower, bytes.ReplaceAll(lower, []byte{0}, nil)} { // UTF-16 too
		look(found, text)
	}
	if depth == 0 {
		return
	}
	if bytes.HasPrefix(data, []byte("PK")) {
		if z, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			for _, f := range z.File {
				scan(found, []byte(f.Name+"\n"+f.Comment), 0)
				if r, err := f.Open(); err == nil {
					inside, _ := io.ReadAll(io.LimitReader(r, 64<<20))
					scan(found, inside, depth-1)
					r.Close()
				}
			}
		}
	}
	if r, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		inside, _ := io.ReadAll(io.LimitReader(r, 64<<20))
		scan(found, inside, depth-1)
	}
	for at := 0; ; { // streams of zlib, as pictures and PDFs have them
		i := bytes.IndexByte(data[at:], 0x78)
		if i < 0 || at > 1<<20 {
			break
		}
		at += i + 1
		if at == len(data) || (0x7800+int(data[at]))%31 != 0 { // no header of zlib
			continue
		}
		if r, err := zlib.NewReader(bytes.NewReader(data[at-1:])); err == nil {
			inside, _ := io.ReadAll(io.LimitReader(r, 1<<20))
			scan(found, inside, 0)
		}
	}
	for b := range runs(data, isBase64, 24) {
		text := strings.NewReplacer("-", "+", "_", "/").Replace(string(b))
		if inside, err := base64.RawStdEncoding.DecodeString(text); err == nil {
			scan(found, inside, depth-1)
		}
	}
}

// walk collects from a folder: the names of its files, and all that is in them.
func walk(t *testing.T, path string) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	files := 0
	err := fs.WalkDir(os.DirFS(path), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		scan(found, []byte(name), 1)
		if d.IsDir() || strings.HasSuffix(name, ".age") { // ciphertext
			return nil
		}
		files++
		data, err := fs.ReadFile(os.DirFS(path), name)
		scan(found, data, 3)
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files in %s: %v", files, path, err)
	}
	return found
}

// The walk must find what is hidden in the ways that formats hide things.
func TestScanFinds(t *testing.T) {
	secret := []byte("a " + word(1, "narrative") + " b")
	var zipped, gzipped, zlibbed bytes.Buffer
	z := zip.NewWriter(&zipped)
	w, err := z.Create("x/" + word(2, "entry"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write(secret)
	z.Close()
	g := gzip.NewWriter(&gzipped)
	g.Write(secret)
	g.Close()
	l := zlib.NewWriter(&zlibbed)
	l.Write(secret)
	l.Close()
	var wide []byte
	for _, c := range secret {
		wide = append(wide, c, 0)
	}
	for name, data := range map[string][]byte{
		"plain": secret, "zip": zipped.Bytes(), "gzip": gzipped.Bytes(), "zlib": append([]byte("%PDF x"), zlibbed.Bytes()...), "utf-16": wide,
		"capitals": bytes.ToUpper(secret), "base64": []byte(`src="data:x;base64,` + base64.StdEncoding.EncodeToString(secret) + `"`),
		"base64 of a zip": []byte(base64.URLEncoding.EncodeToString(zipped.Bytes())), "a picture": picture(word(1, "narrative"), 1),
	} {
		found := make(map[string]bool)
		scan(found, data, 3)
		if !found[word(1, "narrative")] {
			t.Errorf("%s: %v", name, found)
		}
		if strings.Contains(name, "zip") && name != "gzip" && !found[word(2, "entry")] {
			t.Errorf("%s: not the name of an entry", name)
		}
	}
}
