package throughtor

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"amana/internal/rig"
)

// A film of 200 MiB comes through the onion, and the reviewer's program writes it byte
// for byte.
func TestLargeUpload(t *testing.T) {
	const size = 200 << 20
	_, s := serve(t)
	sent := sha256.New()
	film := io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), size), sent)
	start := time.Now()
	status, _, err := s.Post("فيلم", rig.File{Name: "film.mp4", Content: bufio.NewReaderSize(film, 1<<20), Size: size})
	if err != nil || status != 200 {
		t.Fatalf("status %d, %v", status, err)
	}
	took := time.Since(start)
	t.Logf("200 MiB through the onion in %.1f s, %.1f MiB/s", took.Seconds(), 200/took.Seconds())

	dir := t.TempDir()
	bundle, out := filepath.Join(dir, "bundle.tar"), filepath.Join(dir, "cases")
	s.Run(t, "export", "-o", bundle)
	said, err := exec.Command(rig.Program(t, rig.Erasing, "amana-decrypt"), "open", bundle, "-i", s.KeyFile, "-o", out).CombinedOutput()
	if err != nil {
		t.Fatalf("amana-decrypt: %v\n%s", err, said)
	}
	films, err := filepath.Glob(filepath.Join(out, "*", "files", "001.*"))
	if err != nil || len(films) != 1 {
		t.Fatalf("%v, %v", films, err)
	}
	f, err := os.Open(films[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	came := sha256.New()
	if n, err := io.Copy(came, f); err != nil || n != size || !bytes.Equal(came.Sum(nil), sent.Sum(nil)) {
		t.Errorf("%d of %d bytes came, and not as they were sent; %v", n, size, err)
	}
}
