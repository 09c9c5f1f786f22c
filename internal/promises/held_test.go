package promises

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"amana/internal/rig"
)

// held is an upload that is under way: all of it was sent but the end.
type held struct {
	narrative string
	conn      net.Conn
	rest      string // of the form, still to send
	sums      []string
}

// hold begins an upload with a file, and sends it but for its second half. That is more
// than a socket holds, so the server has taken the upload up when hold returns: one that
// still waits to be accepted is nobody's when the server stops.
func hold(t *testing.T, s *rig.State, narrative string, more ...rig.Field) *held {
	t.Helper()
	content := strings.Repeat(narrative+"\n", 200_000)
	sum := sha256.Sum256([]byte(content))
	body, size := rig.FormOf(append([]rig.Field{{Name: "narrative", Value: narrative}}, more...), rig.Text("film.mp4", content))
	all, err := io.ReadAll(body)
	must(t, err)
	conn, err := s.Dial()
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.WriteString(conn, rig.Head("/ar/testimony", size)+string(all[:len(all)/2]))
	must(t, err)
	return &held{narrative, conn, string(all[len(all)/2:]), []string{hex.EncodeToString(sum[:])}}
}

// end sends the rest and returns the status and the page.
func (h *held) end() (int, string, error) {
	if _, err := io.WriteString(h.conn, h.rest); err != nil {
		return 0, "", err
	}
	return h.answer()
}

func (h *held) answer() (int, string, error) {
	response, err := http.ReadResponse(bufio.NewReader(h.conn), nil)
	if err != nil {
		return 0, "", fmt.Errorf("read answer: %w", err)
	}
	page, err := io.ReadAll(response.Body)
	return response.StatusCode, string(page), err
}

// kept notes in the ledger that the upload was handed in and has its receipt.
func (h *held) kept(l *rig.Ledger) { l.Acknowledge(h.narrative, h.sums) }
