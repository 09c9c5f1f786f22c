package roster

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
)

// Reviewer is one recipient of testimonies.
type Reviewer struct {
	Name      string // in a List it may be empty
	Recipient *age.HybridRecipient
	Key       string // verifier key, named amana-reviewer; empty in a List
}

// List is one list of reviewers as servers had it before there were rosters.
// Every one of them can open what is sealed to it.
type List struct {
	Epoch     uint32
	Text      []byte // as it was read; its hash is SHA256
	Reviewers []Reviewer
}

// ParseList reads a list. It refuses a recipient of any kind but age's hybrid
// (post-quantum) one, a recipient given twice, and a list without recipients.
func ParseList(epoch uint32, text []byte) (*List, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("list of reviewers is longer than %d bytes", maxText)
	}
	list := &List{Epoch: epoch, Text: bytes.Clone(text)}
	seen := make(map[string]bool)
	name := ""
	// Some editors begin a text with a byte order mark.
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	lines.Buffer(nil, maxText+1)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "# name:"); ok {
			name = strings.TrimSpace(rest)
			if err := checkName(name); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(strings.ToUpper(line), "AGE-SECRET-KEY-") {
			return nil, fmt.Errorf("line %d: %w", n, ErrSecretKey)
		}
		if !strings.HasPrefix(line, "age1pq1") {
			// The line is not quoted: somebody may have pasted a secret.
			return nil, fmt.Errorf("line %d: not a post-quantum recipient (age1pq1…)", n)
		}
		recipient, err := age.ParseHybridRecipient(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: recipient is damaged or cut off", n)
		}
		if seen[line] {
			return nil, fmt.Errorf("line %d: this recipient stands in the list twice", n)
		}
		if len(list.Reviewers) == maxReviewers {
			return nil, fmt.Errorf("list of reviewers names more than %d", maxReviewers)
		}
		seen[line] = true
		list.Reviewers = append(list.Reviewers, Reviewer{Name: name, Recipient: recipient})
		name = ""
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read list of reviewers: %w", err)
	}
	if len(list.Reviewers) == 0 {
		return nil, errors.New("list of reviewers names nobody")
	}
	return list, nil
}

// SHA256 returns the hash of the list's text in hexadecimal.
func (l *List) SHA256() string {
	sum := sha256.Sum256(l.Text)
	return hex.EncodeToString(sum[:])
}
