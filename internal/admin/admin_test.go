package admin

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"amana/vault"
)

// fake is a vault whose answers a test chooses.
type fake struct {
	records  []vault.Record
	asked    []int // the limits of Records
	open     io.Reader
	usage    vault.Usage
	findings []vault.Finding
	err      error // of every method
	during   chan struct{}
	replies  int
}

func (f *fake) Records(_ context.Context, after vault.ID, limit int) (some []vault.Record, err error) {
	f.asked = append(f.asked, limit)
	for _, r := range f.records {
		if bytes.Compare(r.ID[:], after[:]) > 0 && len(some) < limit {
			some = append(some, r)
		}
	}
	return some, f.err
}

func (f *fake) Open(_ context.Context, id vault.ID) (io.ReadCloser, error) {
	if f.err != nil {
		return nil, f.err
	}
	if id != f.records[0].ID {
		return nil, vault.ErrNotFound
	}
	return io.NopCloser(f.open), nil
}

func (f *fake) Usage(context.Context) (vault.Usage, error) { return f.usage, f.err }

func (f *fake) Check(ctx context.Context, report func(vault.Finding)) error {
	for _, x := range f.findings {
		report(x)
	}
	if f.during != nil {
		f.during <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	return f.err
}

func (f *fake) Count(context.Context) (int, error) { return f.replies, f.err }

// CheckRecords finds the last of the findings only.
func (f *fake) CheckRecords(_ context.Context, report func(vault.Finding)) error {
	report(f.findings[len(f.findings)-1])
	return f.err
}

// start serves a vault on a socket and returns its client.
func start(t *testing.T, v *fake, more ...Option) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode is %v (%v)", info.Mode(), err)
	}
	s := NewServer(v, nil, v, v, more...)
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	c, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// record makes the record of number n.
func record(n int) vault.Record {
	r := vault.Record{Label: vault.Label{Day: "2026-11-22", Epoch: 3}, Header: []byte("age\xff\x00header"), PayloadSize: 1 << 40}
	binary.BigEndian.PutUint32(r.ID[:], uint32(n+1))
	r.PayloadSum[31] = byte(n)
	return r
}

// However many records are asked for, they come whole, in order, and each
// answer of the server is bounded.
func TestRecords(t *testing.T) {
	f := new(fake)
	for i := range 2*maxRecords + 345 {
		f.records = append(f.records, record(i))
	}
	c := start(t, f)
	for limit, want := range map[int]int{1: 1, maxRecords: maxRecords, maxRecords + 1: maxRecords + 1, 1_000_000: len(f.records)} {
		f.asked = nil
		got, err := c.Records(t.Context(), vault.ID{}, limit)
		if err != nil || len(got) != want || !reflect.DeepEqual(got, f.records[:want]) {
			t.Errorf("limit %d: %d records, %v", limit, len(got), err)
		}
		for _, n := range f.asked {
			if n > maxRecords {
				t.Errorf("limit %d: the vault was asked for %d at once", limit, n)
			}
		}
	}
	last := f.records[len(f.records)-1].ID
	if got, err := c.Records(t.Context(), last, 10); err != nil || len(got) != 0 {
		t.Errorf("after the last: %d records, %v", len(got), err)
	}
	if got, err := c.Records(t.Context(), f.records[4].ID, 2); err != nil || !reflect.DeepEqual(got, f.records[5:7]) {
		t.Errorf("after the fifth: %v, %v", got, err)
	}
}

func TestUsage(t *testing.T) {
	f := &fake{usage: vault.Usage{Testimonies: 3, Bytes: 1 << 50, ByDay: map[string]int{"2026-11-22": 3}, ByEpoch: map[uint32]int{7: 3}, Free: 9}}
	if got, err := start(t, f).Usage(t.Context()); err != nil || !reflect.DeepEqual(got, f.usage) {
		t.Errorf("%+v, %v", got, err)
	}
}

// breaking gives some bytes and then an error.
type breaking struct {
	left int
	err  error
}

func (b *breaking) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.err
	}
	n := min(len(p), b.left)
	b.left -= n
	return n, nil
}

// A testimony comes whole or with an error; one that breaks off never looks
// whole, wherever it breaks.
func TestOpen(t *testing.T) {
	for _, size := range []int{0, 1, 1000, 5 << 20} {
		for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, errors.New("disk")} {
			f := &fake{records: []vault.Record{record(0)}, open: &breaking{size, end}}
			c := start(t, f)
			r, err := c.Open(t.Context(), record(0).ID)
			var n int64
			if err == nil {
				n, err = io.Copy(io.Discard, r)
				r.Close()
			}
			if end == io.EOF && (err != nil || n != int64(size)) {
				t.Errorf("%d bytes: got %d, %v", size, n, err)
			}
			if end != io.EOF && err == nil {
				t.Errorf("%d bytes and then %q looks whole", size, end)
			}
		}
	}
}

func TestNotFound(t *testing.T) {
	c := start(t, &fake{records: []vault.Record{record(0)}})
	if _, err := c.Open(t.Context(), record(1).ID); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("another id: %v", err)
	}
}

// Findings come as they are found, and a check that could not be carried out is
// an error whatever was found before.
func TestCheck(t *testing.T) {
	findings := []vault.Finding{{Problem: "the store"}, {ID: record(4).ID, Problem: "\"a\"\n<b>"}}
	for _, failure := range []error{nil, errors.New("cannot read")} {
		c := start(t, &fake{findings: findings, err: failure})
		for _, check := range []struct {
			carryOut func(context.Context, func(vault.Finding)) error
			want     []vault.Finding
		}{{c.Check, findings}, {c.CheckRecords, findings[1:]}} {
			var got []vault.Finding
			err := check.carryOut(t.Context(), func(f vault.Finding) { got = append(got, f) })
			if !reflect.DeepEqual(got, check.want) {
				t.Errorf("found %+v", got)
			}
			if failure == nil && err != nil || failure != nil && (err == nil || !strings.Contains(err.Error(), "cannot read")) {
				t.Errorf("the check ended with %v, want %v", err, failure)
			}
		}
	}
}

// A client that goes away ends the check in the server.
func TestCheckCancelled(t *testing.T) {
	f := &fake{findings: []vault.Finding{{Problem: "x"}}, during: make(chan struct{})}
	c := start(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-f.during
		cancel()
	}()
	if err := c.Check(ctx, func(vault.Finding) {}); err == nil {
		t.Error("a check that was cut off looks whole")
	}
}

func TestErrors(t *testing.T) {
	c := start(t, &fake{err: errors.New("the disk is gone")})
	for name, ask := range map[string]func() error{
		"usage":   func() error { _, err := c.Usage(t.Context()); return err },
		"records": func() error { _, err := c.Records(t.Context(), vault.ID{}, 5); return err },
		"open":    func() error { _, err := c.Open(t.Context(), record(0).ID); return err },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), "the disk is gone") || errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is not asked as the client asks is refused.
func TestBadQuestions(t *testing.T) {
	c := start(t, &fake{records: []vault.Record{record(0)}})
	id := record(0).ID.String()
	for path, status := range map[string]string{
		"/records?limit=5": "400", "/records?after=" + id: "400", "/records?after=" + id + "&limit=0": "400",
		"/records?after=xyz&limit=1": "400", "/testimonies/xyz": "400", "/testimonies/../usage": "301", "/other": "404",
	} {
		response, err := c.http.Get("http://admin" + path)
		if status == "301" { // a cleaned path, which the client follows
			status = "200"
		}
		if err != nil || !strings.HasPrefix(response.Status, status) {
			t.Errorf("%s: %v, %v", path, response, err)
			continue
		}
		response.Body.Close()
	}
	response, err := c.http.Post("http://admin/usage", "text/plain", nil)
	if err != nil || response.StatusCode != 405 {
		t.Errorf("post: %v, %v", response, err)
	}
}

// Without a server, with a dead socket, or with something else at the path.
func TestNotRunning(t *testing.T) {
	dir := t.TempDir()
	dead, file := filepath.Join(dir, "dead"), filepath.Join(dir, "file")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "none"), dead, file} {
		if _, err := Dial(t.Context(), path); !errors.Is(err, ErrNotRunning) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	// The socket of a server that is gone is replaced.
	again, err := Listen(dead)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// An answer that breaks off in the middle is an error, not a short list.
func TestBrokenAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"nothing":     "",
		"head":        "HTTP/1.1 200 OK\r\nContent-Le",
		"no body":     "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
		"half a list": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{\"ID",
		"no end":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{\"problem\":\"some\"}\r\n",
		"not JSON":    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	} {
		l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					c.Read(make([]byte, 4096))
					io.WriteString(c, answer)
					c.Close()
				}()
			}
		}()
		c, err := Dial(t.Context(), l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Records(t.Context(), vault.ID{}, 10); err == nil {
			t.Errorf("%s: records came", name)
		}
		if err := c.Check(t.Context(), func(vault.Finding) {}); err == nil {
			t.Errorf("%s: the check was good", name)
		}
		r, err := c.Open(t.Context(), record(0).ID)
		if err == nil && name != "not JSON" {
			if _, err = io.ReadAll(r); err == nil {
				t.Errorf("%s: a testimony came", name)
			}
		}
		c.Close()
		l.Close()
	}
}

// Of replies the server tells how many there are, and no more.
func TestCount(t *testing.T) {
	if n, err := start(t, &fake{replies: 17}).Count(t.Context()); err != nil || n != 17 {
		t.Errorf("%d replies, %v", n, err)
	}
	if _, err := start(t, &fake{err: errors.New("the disk is gone")}).Count(t.Context()); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("a letterbox that fails: %v", err)
	}
	if _, err := start(t, &fake{err: vault.ErrNotFound}).Count(t.Context()); err == nil || !strings.Contains(err.Error(), "older version") || errors.Is(err, vault.ErrNotFound) {
		t.Errorf("a server of before: %v", err)
	}
}
