//go:build tcell_minimal

package reviewer

import (
	"bytes"
	"context"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"amana/internal/carry"
	"amana/internal/desk"
	"amana/internal/sticks"
)

// Found looks for workspaces and keys in the folder that the program was started in, the
// person's own folder and the sticks.
func (d *deskActions) Found(ctx context.Context) (*desk.Found, error) {
	found := new(desk.Found)
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	here, err := os.Getwd()
	if err != nil {
		here = home
	}
	add := func(all *[]string, path string) {
		if !slices.Contains(*all, path) {
			*all = append(*all, path)
		}
	}
	for _, folder := range []string{here, home, filepath.Join(home, "Documents"), filepath.Join(home, "Desktop")} {
		if folder == "" || ctx.Err() != nil {
			continue
		}
		workspaces, keys := nearby(folder)
		for _, path := range workspaces {
			add(&found.Workspaces, path)
		}
		for _, path := range keys {
			add(&found.Keys, path)
		}
	}
	all, err := d.places.Find(ctx, looksLikeKey)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		for _, f := range s.Files {
			add(&found.Keys, f.Path)
		}
	}
	if home == "" {
		home = here
	}
	found.Suggested = filepath.Join(home, "amana-workspace")
	return found, nil
}

// mostNearby is how many names in a folder are looked at.
const mostNearby = 2000

// nearby returns the workspaces and keys in a folder. It follows no link.
func nearby(folder string) (workspaces, keys []string) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, nil
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(mostNearby) // what cannot be read is typed
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		switch {
		case e.IsDir():
			if info, err := os.Lstat(filepath.Join(path, "workspace.age")); err == nil && info.Mode().IsRegular() {
				workspaces = append(workspaces, path)
			}
		case e.Type().IsRegular():
			if keyAt(path) {
				keys = append(keys, path)
			}
		}
	}
	return workspaces, keys
}

func keyAt(path string) bool {
	f, err := os.OpenFile(path, plainly, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return false
	}
	head := make([]byte, 1<<10)
	n, _ := f.Read(head) // an unreadable file is no key
	return looksLikeKey(head[:n])
}

// looksLikeKey tells whether a file that begins so may be a reviewer's key: the text of
// one, or what age encrypted with a passphrase. Testimonies are encrypted otherwise.
func looksLikeKey(head []byte) bool {
	const armored, secret = "-----BEGIN AGE ENCRYPTED FILE-----", "age-encryption.org/v1\n-> scrypt "
	if rest, ok := bytes.CutPrefix(bytes.TrimSpace(head), []byte(armored)); ok {
		line, _, _ := bytes.Cut(bytes.TrimLeft(rest, "\r\n"), []byte("\n"))
		head, _ = base64.StdEncoding.DecodeString(string(bytes.TrimSpace(line))) // what is no armor holds nothing
	}
	return bytes.HasPrefix(head, []byte(secret)) || bytes.Contains(head, []byte("AGE-SECRET-KEY-PQ-1")) || bytes.HasPrefix(head, []byte("# amana reviewer key"))
}

// Sticks returns the sticks, with the bundles on them.
func (d *deskActions) Sticks(ctx context.Context) ([]desk.Stick, error) {
	found, err := d.places.Find(ctx, func(head []byte) bool { return carry.Detect(head) == "bundle" })
	if err != nil {
		return nil, problem(err)
	}
	var all []desk.Stick
	for _, s := range found {
		stick := desk.Stick{Path: s.Path, Cut: s.Cut}
		for _, f := range s.Files {
			stick.Bundles = append(stick.Bundles, desk.Bundle{Path: f.Path, Size: f.Size, Day: f.Time.Format(time.DateOnly)})
		}
		all = append(all, stick)
	}
	return all, nil
}

// Eject flushes a stick, and unmounts it where that is allowed.
func (d *deskActions) Eject(_ context.Context, stick string) (desk.Ejected, error) {
	gone, err := sticks.Eject(stick)
	if gone {
		return desk.Gone, problem(err)
	}
	return desk.Flushed, problem(err)
}
