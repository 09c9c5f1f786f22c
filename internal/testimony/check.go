package testimony

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"filippo.io/age"
)

// The shapes of what stands in a document. Lengths of answers and of names of files
// are bounded by [MaxDocument] alone: better an answer that is longer than it should
// be than one that cannot be read.
var (
	keyShape           = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)
	codeShape          = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	languageShape      = regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)
	questionnaireShape = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
)

// maxRecipient is more characters than a hybrid recipient has.
const maxRecipient = 4_096

var kinds = []Kind{First, Addition, Name, Withdrawal, Fetched, Probe}

// Check returns an error unless t, of any schema, holds to docs/formats.md. It
// does not look at the entries of the files, which only the envelope shows.
//
// Sealing calls it as opening does: nothing gets a receipt that the reviewers would
// refuse. No error quotes what a source wrote.
func (t *Testimony) Check() error {
	if !languageShape.MatchString(t.Language) {
		return errors.New("its language is not a language tag")
	}
	if day, err := time.Parse(time.DateOnly, t.Received); err != nil || day.Format(time.DateOnly) != t.Received {
		return errors.New("the day it was received is not a day")
	}
	if !isHex(t.Roster.SHA256, 32) {
		return errors.New("it does not say to which list of reviewers it was sealed")
	}
	if t.Schema == Schema1 {
		return nil
	}
	for _, check := range []func() error{t.checkThread, t.checkAnswers, t.checkQuestionnaire, t.checkReply, t.checkNote, t.checkProbe} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (t *Testimony) checkThread() error {
	switch {
	case !slices.Contains(kinds, t.Kind):
		return errors.New("it is of no known kind")
	case t.Schema != SchemaOf(t.Kind):
		return errors.New("its kind is not one of its schema")
	case !isHex(t.Thread, 16):
		return errors.New("it does not say to which thread it belongs")
	case t.Roster.Epoch < 1:
		return errors.New("its roster has no epoch")
	case t.Answers == nil || t.Choices == nil || t.Files == nil || t.Fetched == nil:
		return errors.New("a list or a table is missing")
	}
	return nil
}

func (t *Testimony) checkAnswers() error {
	for key := range t.Answers {
		if !keyShape.MatchString(key) {
			return errors.New("the key of an answer is misspelled")
		}
	}
	for key, codes := range t.Choices {
		if _, both := t.Answers[key]; both || !keyShape.MatchString(key) {
			return errors.New("the key of a choice is misspelled, or that of an answer too")
		}
		seen := make(map[string]bool)
		for _, code := range codes {
			if !codeShape.MatchString(code) || seen[code] {
				return errors.New("the code of a choice is misspelled or stands twice")
			}
			seen[code] = true
		}
	}
	return nil
}

func (t *Testimony) checkQuestionnaire() error {
	q := t.Questionnaire
	if q == nil || questionnaireShape.MatchString(q.Name) && q.Version >= 1 && isHex(q.SHA256, 32) {
		return nil
	}
	return errors.New("it names its questionnaire wrongly")
}

func (t *Testimony) checkReply() error {
	r := t.Reply
	if r == nil {
		return nil
	}
	if !isHex(r.Mailbox, 16) {
		return errors.New("its mailbox has no name")
	}
	if len(r.Recipient) > maxRecipient {
		return errors.New("its recipient for replies is too long")
	}
	to, err := age.ParseHybridRecipient(r.Recipient)
	if err != nil || to.String() != r.Recipient { // err quotes it
		return errors.New("its recipient for replies is not a post-quantum one")
	}
	return nil
}

// checkNote holds the two kinds that are notes of the server's own, and no words of
// a source, to what they can say.
func (t *Testimony) checkNote() error {
	if note := t.Kind == Withdrawal || t.Kind == Fetched; note && len(t.Answers)+len(t.Choices)+len(t.Files) > 0 {
		return fmt.Errorf("a note of kind %q has answers or files", t.Kind)
	}
	if t.Kind != Fetched {
		if len(t.Fetched) > 0 {
			return errors.New("it is no note that replies were fetched, and names some")
		}
		return nil
	}
	if len(t.Fetched) < 1 || len(t.Fetched) > MaxFetched {
		return fmt.Errorf("it names %d replies that were fetched", len(t.Fetched))
	}
	for i, id := range t.Fetched {
		if !isHex(id, 16) || slices.Contains(t.Fetched[:i], id) {
			return errors.New("the name of a reply is misspelled or stands twice")
		}
	}
	return nil
}

// checkProbe holds a probe to a text and nothing else: what is set aside must have no
// room for what a source could send.
func (t *Testimony) checkProbe() error {
	if t.Kind != Probe {
		return nil
	}
	if _, text := t.Answers[Narrative]; !text || len(t.Answers) != 1 || len(t.Choices)+len(t.Files) > 0 || t.Reply != nil {
		return errors.New("a probe has something else than a text")
	}
	return nil
}

// isHex tells whether s is so many bytes in lower-case hexadecimal.
func isHex(s string, bytes int) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == bytes && hex.EncodeToString(b) == s
}
