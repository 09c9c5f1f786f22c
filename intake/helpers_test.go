package intake

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/intake/circuit"
	"amana/internal/roster"
	"amana/vault"
	"amana/vault/letterbox"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// memory is a vault in memory that can be made to fail.
type memory struct {
	vault.Store // the methods that the intake does not use
	mu          sync.Mutex
	kept        [][]byte
	ids         []vault.ID // of what is kept, in the same order
	claimed     map[vault.ID]bool
	collected   map[vault.ID]bool
	purged      map[vault.ID]bool
	looked      int // ids that were looked for
	looks       int // how often
	lookFails   int // the look that fails, from 1
	ready       error
	create      func()        // called by CreateAs, if not nil
	write       error         // given by Write
	commit      error         // given by Commit
	labels      []vault.Label // of what is kept
}

func (m *memory) Ready() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ready
}

func (m *memory) CreateAs(_ context.Context, id vault.ID) (vault.Pending, error) {
	if m.create != nil {
		m.create()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.claimed[id] || m.purged[id] || slices.Contains(m.ids, id) {
		return nil, fmt.Errorf("no: %w", vault.ErrTaken)
	}
	if m.claimed == nil {
		m.claimed = make(map[vault.ID]bool)
	}
	m.claimed[id] = true
	return &pending{m: m, id: id}, nil
}

func (m *memory) CreateNote(ctx context.Context, id vault.ID) (vault.Pending, error) {
	return m.CreateAs(ctx, id)
}

func (m *memory) Look(_ context.Context, ids []vault.ID) ([]vault.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looked += len(ids)
	if m.looks++; m.looks == m.lookFails {
		return nil, errors.New("the disk is gone")
	}
	states := make([]vault.State, len(ids))
	for i, id := range ids {
		switch {
		case m.purged[id]:
			states[i] = vault.Purged
		case m.collected[id]:
			states[i] = vault.Collected
		case slices.Contains(m.ids, id):
			states[i] = vault.Kept
		}
	}
	return states, nil
}

func (m *memory) Remove(_ context.Context, ids []vault.ID) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		if i := slices.Index(m.ids, id); i >= 0 && !m.collected[id] {
			m.ids, m.kept, m.labels = slices.Delete(m.ids, i, i+1), slices.Delete(m.kept, i, i+1), slices.Delete(m.labels, i, i+1)
			n++
		}
	}
	return n, nil
}

// collect marks all that is kept as collected.
func (m *memory) collect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.collected = make(map[vault.ID]bool)
	for _, id := range m.ids {
		m.collected[id] = true
	}
}

// purge takes away what is collected, and keeps that it was there.
func (m *memory) purge() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.purged = m.collected
	for i := len(m.ids) - 1; i >= 0; i-- {
		if m.purged[m.ids[i]] {
			m.ids, m.kept, m.labels = slices.Delete(m.ids, i, i+1), slices.Delete(m.kept, i, i+1), slices.Delete(m.labels, i, i+1)
		}
	}
}

// testimonies returns what is kept.
func (m *memory) testimonies() [][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.kept)
}

type pending struct {
	m    *memory
	id   vault.ID
	data bytes.Buffer
}

func (p *pending) Write(b []byte) (int, error) {
	if p.m.write != nil {
		return 0, p.m.write
	}
	return p.data.Write(b)
}

func (p *pending) Commit(l vault.Label) (vault.ID, error) {
	if p.m.commit != nil {
		return vault.ID{}, p.m.commit
	}
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	delete(p.m.claimed, p.id)
	p.m.kept, p.m.labels, p.m.ids = append(p.m.kept, p.data.Bytes()), append(p.m.labels, l), append(p.m.ids, p.id)
	return p.id, nil
}

func (p *pending) Abort() {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	delete(p.m.claimed, p.id)
}

// letters is a letterbox in memory.
type letters struct {
	mu   sync.Mutex
	kept []letterbox.Letter
	err  error // given by List and Get
}

func (l *letters) List(_ context.Context, mailbox [16]byte) (found []letterbox.Letter, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	for _, one := range l.kept {
		if one.Mailbox == mailbox {
			one.Sealed = nil
			found = append(found, one)
		}
	}
	return found, nil
}

func (l *letters) Get(_ context.Context, mailbox, id [16]byte) (letterbox.Letter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.kept {
		if one.Mailbox == mailbox && one.ID == id {
			return one, l.err
		}
	}
	return letterbox.Letter{}, letterbox.ErrNotFound
}

// fail makes List and Get fail.
func (l *letters) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *letters) Remove(_ context.Context, mailbox [16]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = slices.DeleteFunc(l.kept, func(one letterbox.Letter) bool { return one.Mailbox == mailbox })
	return nil
}

// site is a server under test on a Unix socket.
type site struct {
	t        *testing.T
	store    *memory
	server   *Server
	path     string
	rosters  *lists
	letters  *letters
	identity *age.HybridIdentity // of the one reviewer of the first roster
	circuit  uint32              // on which it is dialled; 0 for none
}

// on returns the site as it looks from a circuit.
func (r *site) on(circuit uint32) *site {
	other := *r
	other.circuit = circuit
	return &other
}

// lists is a book of rosters in memory.
type lists struct {
	mu     sync.Mutex
	newest *roster.Signed
	err    error // given by InForce
}

func (l *lists) InForce(day string) (*roster.Signed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.newest == nil || l.err != nil {
		return nil, l.err
	}
	if err := l.newest.InForce(day); err != nil {
		return nil, err
	}
	return l.newest, nil
}

func (l *lists) Newest() *roster.Signed {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest
}

// set makes a roster the newest.
func (l *lists) set(newest *roster.Signed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest = newest
}

// newIdentity makes a reviewer's key.
func newIdentity(t *testing.T) *age.HybridIdentity {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// newRoster makes a roster of some reviewers. Nobody has signed it: whether a
// signature is right is not the intake's question.
func newRoster(t *testing.T, epoch uint32, from, until string, ids ...*age.HybridIdentity) *roster.Signed {
	t.Helper()
	key := func(name string) string {
		_, public, err := note.GenerateKey(rand.Reader, name)
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	r := &roster.Roster{
		Epoch: epoch, From: from, Until: until, Signatures: 1,
		Administrators: []roster.Administrator{{Name: "Administrator A", Key: key(roster.KeyNameAdministrator)}},
	}
	if epoch > 1 {
		r.Previous = [32]byte{1}
	}
	for i, id := range ids {
		r.Reviewers = append(r.Reviewers, roster.Reviewer{
			Name: fmt.Sprintf("Reviewer %c", 'A'+i), Recipient: id.Recipient(), Key: key(roster.KeyNameReviewer),
		})
	}
	signed, err := roster.Draft(r)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// A time in which a test's roster is in force whenever it is run.
const alwaysFrom, alwaysUntil = "2000-01-01", "2999-12-31"

func start(t *testing.T, change func(*Config)) *site {
	t.Helper()
	id := newIdentity(t)
	store, rosters := new(memory), &lists{newest: newRoster(t, 1, alwaysFrom, alwaysUntil, id)}
	box := new(letters)
	config := Config{Store: store, Rosters: rosters, Letters: box}
	if change != nil {
		change(&config)
	}
	server, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s")
	l, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		server.Close(ctx)
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &site{t, store, server, path, rosters, box, id, 0}
}

// take takes a place of a pool, for good.
func (r *site) take(pool *circuit.Pool) {
	r.t.Helper()
	server, client := net.Pipe()
	r.t.Cleanup(func() { client.Close() })
	guest := r.server.crowd.Enter(0, server)
	if _, err := pool.Take(context.Background(), guest, 0); err != nil {
		r.t.Fatal(err)
	}
}

// line is what tor says of the site's circuit.
func (r *site) line() string {
	if r.circuit == 0 {
		return ""
	}
	return fmt.Sprintf("PROXY TCP6 fc00:dead:beef:4dad::%x:%x ::1 %d 80\r\n", r.circuit>>16, r.circuit&0xffff, r.circuit&0xffff)
}

// dial opens a connection that ends with the test.
func (r *site) dial() net.Conn {
	r.t.Helper()
	c, err := net.Dial("unix", r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	io.WriteString(c, r.line())
	return c
}

// say sends raw bytes and reads the whole answer.
func (r *site) say(raw string) (*http.Response, string) {
	r.t.Helper()
	c := r.dial()
	go io.WriteString(c, raw)
	return r.answer(c, raw)
}

// answer reads an answer to its end, which is the end of the connection.
func (r *site) answer(c net.Conn, raw string) (*http.Response, string) {
	r.t.Helper()
	// A connection that is cut off after the answer may end with a reset.
	all, cut := io.ReadAll(c)
	method, _, _ := strings.Cut(raw, " ")
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(all)), &http.Request{Method: method})
	if err != nil {
		r.t.Fatalf("answer to %.60q is not HTTP: %v, %v", raw, err, cut)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatalf("the answer is not whole: %v, %v", err, cut)
	}
	return response, string(body)
}

const testBoundary = "----WebKitFormBoundary0123456789"

// sent is one field of a form.
type sent struct{ field, name, content string }

// post returns the bytes of a request with a form.
func post(path string, parts ...sent) string {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	w.SetBoundary(testBoundary)
	for _, p := range parts {
		var pw io.Writer
		if p.field == "files" {
			pw, _ = w.CreateFormFile(p.field, p.name)
		} else {
			pw, _ = w.CreateFormField(p.field)
		}
		io.WriteString(pw, p.content)
	}
	w.Close()
	return postRaw(path, b.String(), int64(b.Len()))
}

func postRaw(path, body string, length int64) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x.onion\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n\r\n%s",
		path, testBoundary, length, body)
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: x.onion\r\n\r\n" }
