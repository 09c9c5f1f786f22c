package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/testimony"
)

// carry writes a bundle and carries it to reviewer A, whose workspace grows by it.
func (d *demo) carry(bundle, vkey string) error {
	if _, err := d.intake(1, "export", "-o", d.path(bundle)); err != nil {
		return err
	}
	_, err := d.work(5, "open", d.path(bundle), "--intake", vkey)
	return err
}

// work runs a command of amana-decrypt in reviewer A's workspace.
func (d *demo) work(lines int, args ...string) (string, error) {
	return d.decrypt(lines, append(args, "-w", d.path("work"), "-i", d.path("a.key"))...)
}

// open carries the first bundle to reviewer A, who looks at what came.
func (d *demo) open(vkey string) error {
	d.say("the operator writes a bundle for the stick while the intake serves (amana-intake export); reviewer A opens it on the machine without a network, into a workspace that is encrypted to the reviewer's key (amana-decrypt open)")
	if err := d.carry("bundle.tar", vkey); err != nil {
		return err
	}
	d.say("reviewer A lists what is new, and reads a testimony on the screen (amana-decrypt list, show)")
	if _, err := d.work(4, "list", "--new"); err != nil {
		return err
	}
	if err := d.answerable(); err != nil {
		return err
	}
	if _, err := d.work(12, "show", d.withCode); err != nil {
		return err
	}
	return d.report()
}

// report makes what others may see.
func (d *demo) report() error {
	d.say("reviewer A makes a report for others (amana-decrypt report): a case is a person, and what a source did not allow is not in it")
	if _, err := d.work(3, "report", "-o", d.path("report"), "--recipient", "whoever looks at the demo", "--purpose", "to show a report"); err != nil {
		return err
	}
	d.say("and looks at the record of what was done with each testimony, from the day it arrived (amana-decrypt custody verify)")
	_, err := d.work(3, "custody", "verify")
	return err
}

// thread is what amana-decrypt list --json says of all that one source sent.
type thread struct {
	ID      string `json:"id"`
	Answers bool   `json:"answers"`
	Parts   []struct {
		Kind string `json:"kind"`
	} `json:"parts"`
}

// threads lists what is in reviewer A's workspace.
func (d *demo) threads() ([]thread, error) {
	cmd := exec.CommandContext(d.ctx, filepath.Join(d.programs, "amana-decrypt"),
		append([]string{"list", "--json", "-w", d.path("work"), "-i", d.path("a.key")}, d.secret()...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("amana-decrypt list: %w", err)
	}
	var list struct {
		Threads []thread `json:"threads"`
	}
	return list.Threads, json.Unmarshal(out, &list)
}

// answerable finds the thread whose source wants replies.
func (d *demo) answerable() error {
	all, err := d.threads()
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.Answers {
			d.withCode = t.ID
			return nil
		}
	}
	return errors.New("no source took a code")
}

// kinds prints what each thread holds. The one of the source with the code must hold
// both notes, and no addition.
func (d *demo) kinds() error {
	all, err := d.threads()
	if err != nil {
		return err
	}
	for _, t := range all {
		var kinds []string
		for _, part := range t.Parts {
			kinds = append(kinds, part.Kind)
		}
		slices.Sort(kinds)
		fmt.Printf("   thread %.8s…: %s\n", t.ID, strings.Join(kinds, ", "))
		want := []string{string(testimony.Fetched), string(testimony.First), string(testimony.Withdrawal)}
		if t.ID == d.withCode && !slices.Equal(kinds, want) {
			return fmt.Errorf("the thread with a code holds %v, and should hold %v", kinds, want)
		}
	}
	return nil
}
