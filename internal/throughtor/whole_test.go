package throughtor

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"amana/internal/rig"
	"amana/internal/testimony"
)

// browse returns a client that does everything through one circuit to the onion.
func (p *place) browse(isolation string) *http.Client {
	return &http.Client{Timeout: limit, Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return p.dial(isolation) },
	}}
}

// get returns a page of the onion service.
func (p *place) get(t *testing.T, c *http.Client, path string) string {
	t.Helper()
	r, err := c.Get("http://" + p.onion.Hostname + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 {
		t.Fatalf("%s: status %d, %v", path, r.StatusCode, err)
	}
	return string(page)
}

// Somebody reads the pages and hands in a testimony with files, through the onion;
// the reviewer has it byte for byte.
func TestWholeTestimony(t *testing.T) {
	p, s := serve(t)
	one := p.browse(visitor())
	for path, want := range map[string]string{"/": `href="/ar/before"`, "/ar/before": `href="/ar/testimony"`, "/ar/testimony": `name="narrative"`} {
		if page := p.get(t, one, path); !strings.Contains(strings.ReplaceAll(page, "=narrative", `="narrative"`), want) {
			t.Errorf("%s holds no %s", path, want)
		}
	}
	one.CloseIdleConnections()

	narrative := strings.Repeat("ما حدث كما رأيته\n", 300) + "."
	contents := []string{strings.Repeat("\x00\xff photo \r\n", 500_000), "", "--" + rig.Boundary[1:] + " is no boundary\r\n"}
	names := []string{"صورة.jpg", "فارغ.pdf", "note.txt"}
	var files []rig.File
	for i, c := range contents {
		files = append(files, rig.Text(names[i], c))
	}
	status, page, err := s.PostTo("/ar/testimony", []rig.Field{
		{Name: "narrative", Value: narrative}, {Name: "knowledge", Value: "lived"}, {Name: "arrest_date_y", Value: "٢٠١٢"},
		{Name: "contact_wish", Value: "code"},
	}, files...)
	if err != nil || status != 200 || len(rig.CodeWords(page)) != 8 {
		t.Fatalf("status %d, %d words of a code, %v\n%s", status, len(rig.CodeWords(page)), err, page)
	}

	kept := s.Export(t)
	if len(kept) != 1 {
		t.Fatalf("%d testimonies are kept", len(kept))
	}
	o := kept[0]
	if o.Kind != testimony.First || o.Answers["narrative"] != strings.TrimSpace(narrative) || o.Answers["arrest_date"] != "2012" || strings.Join(o.Choices["knowledge"], " ") != "lived" {
		t.Errorf("kept: %s, %d bytes of text, %+v", o.Kind, len(o.Answers["narrative"]), o.Choices)
	}
	if len(o.Files) != len(names) {
		t.Fatalf("kept files: %+v", o.Files)
	}
	for i, f := range o.Files {
		if f.Name != names[i] || o.Content[i] != contents[i] {
			t.Errorf("file %d is not what was sent", i+1)
		}
	}
}
