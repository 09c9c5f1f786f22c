package throughtor

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"amana/internal/rig"
)

// What stands in an upload that is cut off, as densely as it can.
const (
	cutText = "CUTTEXT-7f21"
	cutName = "CUTNAME-a90c"
	cutFile = "CUTFILE-55e3"
)

// A circuit that closes in the middle of an upload leaves nothing: no testimony, no word
// on the disk, and its room is used again. The server goes on.
func TestCircuitClosedInTheMiddle(t *testing.T) {
	// Were the news never to come, the server would wait no longer than this.
	p, s := serve(t, "--idle", "20s")
	quiet := sockets(t, s)
	payloads := filepath.Join(s.Folder, "vault", "payloads.db")
	empty, once := onDisk(t, payloads), int64(0)
	for round := range 3 {
		isolation, before := visitor(), wrote(t, s)
		c, err := p.dial(isolation)
		if err != nil {
			t.Fatal(err)
		}
		body, length := rig.Form(strings.Repeat(cutText+" ", 1000), rig.Text(cutName+".jpg", strings.Repeat(cutFile+" ", 3<<19)))
		go func() {
			// All but the end: the server waits for the rest.
			io.Copy(c, io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", length)), io.LimitReader(body, length-100)))
		}()
		within(t, "the upload does not come to the disk", func() bool { return wrote(t, s) > before+8<<20 })
		open := sockets(t, s)
		if len(open) != len(quiet)+1 {
			t.Fatalf("%d sockets are open, and %d were at first", len(open), len(quiet))
		}
		upload := open[slices.IndexFunc(open, func(s string) bool { return !slices.Contains(quiet, s) })]
		circuits, err := p.client.Circuits(isolation)
		if err != nil || len(circuits) == 0 {
			t.Fatalf("the upload has no circuit: %v", err)
		}
		for _, id := range circuits { // tor may have built a second one, to be quick
			if err := p.client.CloseCircuit(id); err != nil {
				t.Fatal(err)
			}
		}
		c.SetDeadline(time.Now().Add(limit))
		answer, _ := io.ReadAll(c)
		c.Close()
		if len(answer) > 0 {
			t.Errorf("an answer came: %.100q", answer)
		}
		// Where nothing else goes on, tor's relays may keep the news of a closed circuit
		// for minutes: others come meanwhile, and look at a page.
		within(t, "the server holds on to an upload", func() bool {
			if c, err := p.dial(visitor()); err == nil {
				fmt.Fprintf(c, "GET /ar/before HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", p.onion.Hostname)
				c.SetDeadline(time.Now().Add(10 * time.Second))
				io.Copy(io.Discard, c)
				c.Close()
			}
			return !slices.Contains(sockets(t, s), upload)
		})
		if round == 0 {
			once = onDisk(t, payloads) - empty
		}
		var status struct{ Testimonies, Bytes *int }
		if err := json.Unmarshal([]byte(s.Run(t, "status", "--json")), &status); err != nil || status.Testimonies == nil || status.Bytes == nil {
			t.Fatalf("status: %v", err)
		}
		if *status.Testimonies != 0 || *status.Bytes != 0 {
			t.Errorf("status counts %d testimonies, %d bytes", *status.Testimonies, *status.Bytes)
		}
	}
	// Three of them take the room of one, and not of three.
	all := onDisk(t, payloads) - empty
	t.Logf("the vault's file holds %d MiB after one, %d MiB after three", once>>20, all>>20)
	if all > 2*once {
		t.Errorf("the room of uploads that were cut off is not used again: %d bytes after one, %d after three", once, all)
	}
	if out, err := s.TryRun("export", "-o", filepath.Join(t.TempDir(), "bundle.tar")); err == nil || !strings.Contains(out, "there is no testimony yet") {
		t.Errorf("export: %v\n%s", err, out)
	}
	marks := []string{cutText, cutName, cutFile}
	for _, folder := range []string{s.Folder, s.Temp} {
		if found := holding(t, folder, marks...); len(found) > 0 {
			t.Errorf("words of the upload stand in %v", found)
		}
	}
	// The search finds what is there.
	planted := t.TempDir()
	if err := os.WriteFile(filepath.Join(planted, "a"), []byte("x"+cutFile), 0o600); err != nil || len(holding(t, planted, marks...)) != 1 {
		t.Errorf("the search finds nothing where something is (%v)", err)
	}
	s.WantQuiet(t)

	// The server goes on.
	if status, _, err := s.Post("بعد ذلك", rig.Text("a.jpg", "a")); err != nil || status != 200 || len(s.Export(t)) != 1 {
		t.Errorf("afterwards: status %d, %v", status, err)
	}
}

// within waits until something holds.
func within(t *testing.T, otherwise string, holds func() bool) {
	t.Helper()
	start := time.Now()
	for !holds() {
		if time.Since(start) > limit {
			t.Fatalf("%s, after %s", otherwise, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// sockets returns the sockets that a server has open, by the system's numbers.
func sockets(t *testing.T, s *rig.Server) (all []string) {
	t.Helper()
	folder := fmt.Sprintf("/proc/%d/fd", s.Cmd.Process.Pid)
	open, err := os.ReadDir(folder)
	if err != nil || len(open) == 0 {
		t.Fatalf("the server has ended: %v", err)
	}
	for _, fd := range open {
		if to, _ := os.Readlink(filepath.Join(folder, fd.Name())); strings.HasPrefix(to, "socket:") {
			all = append(all, to)
		}
	}
	return all
}

// wrote returns how many bytes a server wrote so far, to its disk for the most part.
func wrote(t *testing.T, s *rig.Server) (bytes int64) {
	t.Helper()
	counts, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", s.Cmd.Process.Pid))
	if err == nil {
		_, rest, _ := strings.Cut(string(counts), "wchar: ")
		_, err = fmt.Sscan(rest, &bytes)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// onDisk returns how much disk a file takes, in bytes. It is shorter than it looks.
func onDisk(t *testing.T, path string) int64 {
	t.Helper()
	var info syscall.Stat_t
	if err := syscall.Stat(path, &info); err != nil {
		t.Fatal(err)
	}
	return info.Blocks * 512
}

// holding returns the files of a folder that hold one of the marks.
func holding(t *testing.T, folder string, marks ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range marks {
			if strings.Contains(path, m) || strings.Contains(string(data), m) {
				found = append(found, path)
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
