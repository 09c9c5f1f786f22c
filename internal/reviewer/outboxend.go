package reviewer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/durable"
	"amana/internal/outbox"
)

// readMe is the name of the text for whoever has the stick in hand.
const readMe = "READ-ME.txt"

// finish gives a folder that was recorded its name on the stick, and records that it
// has it.
func (o *outgoing) finish(s *outbox.Sent) error {
	partial, path := o.partial(s.Folder), filepath.Join(o.stick, s.Folder)
	head, err := o.log.Head()
	if err != nil {
		return recordError(err)
	}
	if err := tidy(partial, s); err != nil {
		return err
	}
	if err := durable.Replace(filepath.Join(partial, readMe), []byte(readMeText(s, head)), 0o600); err != nil {
		return err
	}
	if err := durable.SyncTree(partial); err != nil {
		return fmt.Errorf("flush stick: %w", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return cli.Hint(fmt.Errorf("%s is there already", path), "move it away, and begin again")
	}
	if err := os.Rename(partial, path); err != nil {
		return fmt.Errorf("name the folder: %w", err)
	}
	if err := durable.SyncDir(o.stick); err != nil {
		return fmt.Errorf("flush stick: %w", err)
	}
	return o.done(s)
}

// tidy removes what a run that was killed while it wrote the text left beside the
// files.
func tidy(partial string, s *outbox.Sent) error {
	entries, err := os.ReadDir(partial)
	if err != nil {
		return fmt.Errorf("look at stick: %w", err)
	}
	for _, e := range entries {
		if slices.ContainsFunc(s.Files, func(f outbox.File) bool { return f.Name == e.Name() }) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(partial, e.Name())); err != nil {
			return fmt.Errorf("clear stick: %w", err)
		}
	}
	return nil
}

// done records that a folder has its name.
func (o *outgoing) done(s *outbox.Sent) error {
	s.Done = true
	write, err := s.Write()
	if err == nil {
		err = o.Put(write)
	}
	if err != nil {
		return fmt.Errorf("%s is on the stick, and the workspace could not keep that: the same is written once more the next time: %w", s.Folder, err)
	}
	return nil
}

// recover ends what a run left that was killed between its record and the end: it
// gives the folder its name, if it lies on this stick as it was recorded. What lies
// elsewhere stays due.
func (o *outgoing) recover() error {
	all, err := outbox.All(o.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	for _, s := range all {
		if s.Done || s.Intake != o.server.Intake {
			continue
		}
		switch {
		case asRecorded(filepath.Join(o.stick, s.Folder), s):
			err = o.done(s)
		case asRecorded(o.partial(s.Folder), s):
			err = o.finish(s)
		default:
			if err := os.RemoveAll(o.partial(s.Folder)); err != nil { // what is left of it here is of no use
				return fmt.Errorf("clear stick: %w", err)
			}
			continue
		}
		if err != nil {
			return err
		}
		program.Say("%s, which an earlier run had not ended, is whole now", s.Folder)
	}
	return nil
}

// asRecorded tells whether a folder has the files that were recorded.
func asRecorded(path string, s *outbox.Sent) bool {
	if info, err := os.Lstat(path); err != nil || !info.IsDir() {
		return false
	}
	for _, f := range s.Files {
		info, err := os.Lstat(filepath.Join(path, f.Name))
		if err != nil || !info.Mode().IsRegular() || info.Size() != f.Size {
			return false
		}
		if _, sum, err := sumOfFile(filepath.Join(path, f.Name)); err != nil || sum != f.SHA256 {
			return false
		}
	}
	return len(s.Files) > 0
}

// outboxWhat says what a file of a folder holds, in Arabic and English.
var outboxWhat = map[string][2]string{
	"roster":          {"قائمة المراجعين الجديدة", "the new roster"},
	"slips":           {"أختام جديدة للمراجعين الجدد", "new headers for new reviewers"},
	"confirmation":    {"تأكيد أن الأختام الجديدة تُفتح", "proof that new headers open"},
	"acknowledgement": {"تأكيد وصول الشهادات", "the acknowledgement: what the reviewers have"},
	"replies":         {"ردود إلى المصادر، مختومة", "replies to sources, sealed"},
}

func whatIs(name string) [2]string {
	kind := strings.TrimSuffix(strings.TrimSuffix(name, ".tar"), ".txt")
	kind, _, _ = strings.Cut(kind, "-")
	return outboxWhat[kind]
}

// readMeText is for whoever has the stick in hand. It says nothing of any source.
func readMeText(s *outbox.Sent, head custody.Head) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("هذا المجلد من المراجعين إلى مشغّل الخادم. يوم الإعداد: %s", s.Day)
	line("على الخادم، ووحدة التخزين موصولة به، اكتبوا:")
	line("    amana-intake import %s", s.Folder)
	line("لا شيء فيه يُقرأ دون مفتاح. لا تغيّروا فيه شيئًا. بعد الإدخال امسحوه عن وحدة التخزين.")
	line("")
	line("This folder is from the reviewers to the operator of the server. Made on %s.", s.Day)
	line("On the server, with the stick in it:")
	line("    amana-intake import %s", s.Folder)
	line("Nothing in it can be read without a key. Change nothing in it. When it was imported, erase it from the stick.")
	line("")
	for _, f := range s.Files {
		what := whatIs(f.Name)
		line("%s", f.Name)
		line("    %s", what[0])
		line("    %s", what[1])
		line("    SHA-256 %s", f.SHA256)
	}
	line("")
	line("للمراجعين: آخر خطوة في سجل الحفظ. For the reviewers: the last link of the record of custody.")
	line("    %s", head)
	return b.String()
}

// print says what was written.
func (o *outgoing) print() {
	for _, f := range o.sent.Files {
		fmt.Fprintf(o.stdout, "%s: %s (%d)\n", f.Name, whatIs(f.Name)[1], f.Count)
	}
	fmt.Fprintf(o.stdout, "wrote %s; give the stick to the operator (amana-intake import %s)\n", cli.OneLine(filepath.Join(o.stick, o.sent.Folder)), o.sent.Folder)
}
