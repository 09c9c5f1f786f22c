package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/testimony"
)

// carry writes a bundle, carries it to a reviewer and opens it in a folder.
func (d *demo) carry(bundle, key, folder, vkey string, more ...string) error {
	if _, err := d.intake(1, "export", "-o", d.path(bundle)); err != nil {
		return err
	}
	args := []string{"open", d.path(bundle), "-i", d.path(key), "--intake", vkey, "-o", d.path(folder)}
	_, err := d.decrypt(5, append(args, more...)...)
	return err
}

// open carries the first bundle to a reviewer, who acknowledges it.
func (d *demo) open(vkey string) error {
	d.say("the operator writes a bundle for the stick while the intake serves (amana-intake export); reviewer A opens it on the machine without a network, and signs for what was opened (amana-decrypt open --ack)")
	if err := d.carry("bundle.tar", "a.key", "cases", vkey, "--ack", d.path("ack.tar")); err != nil {
		return err
	}
	d.say("what reviewer A has now")
	return filepath.WalkDir(d.path("cases"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(d.dir, path)
		fmt.Printf("   %7d bytes  %s\n", info.Size(), rel)
		return nil
	})
}

// opened reads what a reviewer opened in a folder.
func (d *demo) opened(folder string) (all []testimony.Testimony, err error) {
	paths, err := filepath.Glob(d.path(folder, "*", testimony.TestimonyName))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var t testimony.Testimony
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, t)
	}
	return all, nil
}

// answerable returns the thread in a folder whose source wants replies.
func (d *demo) answerable(folder string) (string, error) {
	all, err := d.opened(folder)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if t.Reply != nil {
			return t.Thread, nil
		}
	}
	return "", errors.New("no source took a code")
}

// kinds prints what each thread in a folder holds. The one that can be answered must
// hold both notes, and no addition.
func (d *demo) kinds(folder string) error {
	all, err := d.opened(folder)
	if err != nil {
		return err
	}
	withCode, err := d.answerable(folder)
	if err != nil {
		return err
	}
	threads := make(map[string][]string)
	for _, t := range all {
		threads[t.Thread] = append(threads[t.Thread], string(t.Kind))
	}
	for id, kinds := range threads {
		slices.Sort(kinds)
		fmt.Printf("   thread %.8s…: %s\n", id, strings.Join(kinds, ", "))
	}
	want := []string{string(testimony.Fetched), string(testimony.First), string(testimony.Withdrawal)}
	if !slices.Equal(threads[withCode], want) {
		return fmt.Errorf("the thread with a code holds %v, and should hold %v", threads[withCode], want)
	}
	return nil
}
