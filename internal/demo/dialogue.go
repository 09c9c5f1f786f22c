package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The testimonies, the addition and the reply. Nobody in them is real.
const (
	arabic = "هذه شهادة تجريبية وليس فيها شخص حقيقي.\n" +
		"انشقّ في صيف 2012، ثم سلّم نفسه في تموز 2018 بعد أن وُعد بالتسوية. اعتُقل بعد أسبوعين ولم نعرف عنه شيئًا."
	english = "This is a testimony for trial; nobody in it is real.\n" +
		"He surrendered under the decree of October 2018 and was arrested at a checkpoint a month later."
	reply = "This is a reply for trial. Thank you. Do you still have the paper of his settlement?\n"
	more  = "This is an addition for trial: the paper is in the file."
)

// answers are some answers of the form, besides the narrative.
var answers = []field{
	{"source_relation", "family"},
	{"basis", "settlement"}, {"basis", "personal"},
	{"surrender_date_y", "2018"}, {"surrender_date_m", "7"}, {"surrender_date_about", "1"},
	{"use_report", "details"},
}

// handIn hands in two testimonies, and returns the code that the first source took.
func (d *demo) handIn(address string) (code []string, err error) {
	d.say("a source opens the form in Arabic, answers some questions, asks for a code, and sends a text, a photo and a PDF")
	photo, err := photo()
	if err != nil {
		return nil, err
	}
	s := newSource(d.ctx, "tcp", address, "ar")
	wish := append([]field{{"narrative", arabic}, {"contact_wish", "code"}}, answers...)
	err = s.testify(wish, file{"صورة.jpg", "image/jpeg", photo}, file{"ورقة التسوية.pdf", "application/pdf", pdf()})
	if err != nil {
		return nil, err
	}
	if code = s.code(); len(code) != 8 {
		return nil, fmt.Errorf("the receipt shows a code of %d words", len(code))
	}
	fmt.Printf("   the code, shown this once: %s\n", strings.Join(code, " "))
	d.say("another source sends a text alone in English, over the Unix socket, and takes no code")
	if err := newSource(d.ctx, "unix", d.path("onion.sock"), "en").testify([]field{{"narrative", english}}); err != nil {
		return nil, err
	}
	_, err = d.intake(9, "status")
	return code, err
}

// testify opens the form, fills it in and sends it.
func (s *source) testify(fields []field, files ...file) error {
	if err := s.open("/testimony"); err != nil {
		return err
	}
	for _, f := range append(fields, field{name: "files"}) {
		if err := s.has(f.name); err != nil {
			return err
		}
	}
	if err := s.send("/testimony", fields, files...); err != nil {
		return err
	}
	fmt.Printf("   the receipt says: %s\n", s.heading())
	return nil
}

// answer has reviewer A reply, and everything that is due goes back to the server.
func (d *demo) answer() error {
	d.say("reviewer A replies to the source who took a code (amana-decrypt reply), and puts all that is due on a stick: the reply, sealed, and the signature for what was opened (amana-decrypt outbox)")
	if err := os.WriteFile(d.path("reply.txt"), []byte(reply), 0o600); err != nil {
		return err
	}
	if _, err := d.work(1, "reply", "--thread", d.withCode, "--text", d.path("reply.txt"), "--yes"); err != nil {
		return err
	}
	if err := os.Mkdir(d.path("stick"), 0o700); err != nil {
		return err
	}
	if _, err := d.work(4, "outbox", d.path("stick")); err != nil {
		return err
	}
	d.say("the operator imports the folder, and can read nothing in it: from now on the server can tell the sources")
	folders, err := filepath.Glob(d.path("stick", "amana-outbox-*"))
	if err != nil || len(folders) != 1 {
		return fmt.Errorf("on the stick are %d folders: %w", len(folders), err)
	}
	_, err = d.intake(4, "import", folders[0])
	return err
}

// comeBack has the source enter the code, read the reply, and add a file.
func (d *demo) comeBack(address string, code []string) (*source, error) {
	d.say("the source comes back, on the English pages this time, and types the code with other spaces than it was shown with")
	s := newSource(d.ctx, "tcp", address, "en")
	if err := s.enter(strings.Join(code[:4], "") + " - " + strings.Join(code[4:], "\n")); err != nil {
		return nil, err
	}
	d.say("the source reads the reply; the server opens it in memory, and leaves the reviewers a sealed note that it was shown")
	id := replyOf.FindStringSubmatch(s.page)
	if id == nil {
		return nil, errors.New("no reply waits")
	}
	if err := s.send("/reply", []field{{"id", id[1]}}); err != nil {
		return nil, err
	}
	s.show("</h1>", "<form")
	if !strings.Contains(s.page, strings.TrimSpace(reply)) {
		return nil, errors.New("the reply is another one than was written")
	}
	d.say("and adds a file, which is sealed and kept on its own")
	if err := s.send("/add", []field{{"narrative", more}}, file{"paper.pdf", "application/pdf", pdf()}); err != nil {
		return nil, err
	}
	s.show("</h1>", "<form")
	return s, nil
}

// enter gives the code and shows what has happened.
func (s *source) enter(code string) error {
	if err := s.open("/code"); err != nil {
		return err
	}
	if err := s.has("code"); err != nil {
		return err
	}
	if err := s.send("/code", []field{{"code", code}}); err != nil {
		return err
	}
	s.show("<h2>", "<form")
	return nil
}

// withdraw has the source take back what was told, and the reviewers learn of it.
func (d *demo) withdraw(s *source, vkey string) error {
	d.say("the source withdraws: asked once more, and then what nobody has collected is destroyed")
	if err := s.send("/withdraw", nil); err != nil {
		return err
	}
	s.show("</h1>", "<form")
	if err := s.send("/withdraw", []field{{"sure", "1"}}); err != nil {
		return err
	}
	s.show("</h1>", "<h2>")
	d.say("the next bundle tells the reviewers: the reply was shown, and all of it is withdrawn; the workspace takes what is new and nothing twice. The addition is no longer in the bundle, though reviewer C has opened it before")
	if err := d.carry("last.tar", vkey); err != nil {
		return err
	}
	return d.kinds()
}
