package main

import (
	"os"
	"path/filepath"
)

// intake runs a command of amana-intake on the demo's state.
func (d *demo) intake(lines int, args ...string) (string, error) {
	return d.command(lines, filepath.Join(d.programs, "amana-intake"), append(args, "--state", d.path("state"))...)
}

// keys runs a command of amana-keys.
func (d *demo) keys(lines int, args ...string) error {
	_, err := d.command(lines, filepath.Join(d.programs, "amana-keys"), args...)
	return err
}

// secret is how the demo gives the passphrase, which a person would type.
func (d *demo) secret() []string { return []string{"--passphrase-file", d.path("passphrase")} }

// decrypt runs a command of amana-decrypt that needs a key.
func (d *demo) decrypt(lines int, args ...string) (string, error) {
	return d.command(lines, filepath.Join(d.programs, "amana-decrypt"), append(args, d.secret()...)...)
}

// person makes a key and its card.
func (d *demo) person(kind, name, file string) error {
	args := []string{kind, "new", "--name", name, "-o", d.path(file + ".key"), "--card", d.path(file + ".card")}
	return d.keys(0, append(args, d.secret()...)...)
}

// sign signs a roster.
func (d *demo) sign(lines int, roster string, more ...string) error {
	args := append([]string{"roster", "sign", d.path(roster), "-i", d.path("admin.key"), "--yes"}, more...)
	return d.keys(lines, append(args, d.secret()...)...)
}

// people makes the keys of two reviewers and an administrator, who signs the first
// roster.
func (d *demo) people() error {
	d.say("two reviewers and an administrator make their keys offline (amana-keys); only the cards leave the machine")
	if err := os.WriteFile(d.path("passphrase"), []byte("a passphrase for the demo only\n"), 0o600); err != nil {
		return err
	}
	for _, p := range [][3]string{{"reviewer", "Reviewer A", "a"}, {"reviewer", "Reviewer B", "b"}, {"admin", "Administrator", "admin"}} {
		if err := d.person(p[0], p[1], p[2]); err != nil {
			return err
		}
	}
	d.say("the administrator makes the first roster from the cards and signs it")
	err := d.keys(0, "roster", "new", "--admin", d.path("admin.card"), "--reviewer", d.path("a.card"),
		"--reviewer", d.path("b.card"), "-o", d.path("roster-1.txt"))
	if err != nil {
		return err
	}
	return d.sign(1, "roster-1.txt")
}

// rotate puts reviewer C in the place of B, for what is kept too.
func (d *demo) rotate() error {
	d.say("reviewer B leaves and C comes: the administrator signs the next roster, the operator imports it while the intake serves")
	if err := d.person("reviewer", "Reviewer C", "c"); err != nil {
		return err
	}
	one, two := d.path("roster-1.txt"), d.path("roster-2.txt")
	if err := d.keys(0, "roster", "add", one, d.path("c.card"), "-o", two); err != nil {
		return err
	}
	if err := d.keys(0, "roster", "retire", two, "Reviewer B"); err != nil {
		return err
	}
	if err := d.sign(0, "roster-2.txt", "--previous", one); err != nil {
		return err
	}
	if _, err := d.intake(6, "import", two); err != nil {
		return err
	}
	d.say("only the headers go to reviewer A, who makes new ones; the payloads stay where they are")
	if _, err := d.intake(1, "export", "--headers", "-o", d.path("headers.tar")); err != nil {
		return err
	}
	if _, err := d.decrypt(2, "rewrap", d.path("headers.tar"), "--roster", two, "-i", d.path("a.key"), "-o", d.path("slips.tar"), "--yes"); err != nil {
		return err
	}
	if _, err := d.intake(1, "import", d.path("slips.tar")); err != nil {
		return err
	}
	d.say("reviewer C shows that the new headers open; only then the server drops the old ones")
	if _, err := d.intake(0, "export", "--headers", "-o", d.path("again.tar")); err != nil {
		return err
	}
	if _, err := d.decrypt(1, "confirm", d.path("again.tar"), "-i", d.path("c.key"), "-o", d.path("confirmation.tar")); err != nil {
		return err
	}
	if _, err := d.intake(3, "import", d.path("confirmation.tar")); err != nil {
		return err
	}
	d.say("reviewer C opens what was sealed before C came")
	if _, err := d.intake(1, "export", "-o", d.path("after.tar")); err != nil {
		return err
	}
	_, err := d.decrypt(1, "open", d.path("after.tar"), "-i", d.path("c.key"), "-o", d.path("cases-c"))
	return err
}
