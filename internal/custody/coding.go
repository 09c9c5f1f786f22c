package custody

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// codingShelf is where reviewers' coding and links are, each entry under the SHA-256 of
// its signed text, which is its first line.
const codingShelf = "coding"

// coding notes which entries a link tells of.
func (v *verifier) coding(l *Link) {
	if l.Act != Coded && l.Act != Linked && l.Act != Unlinked {
		return
	}
	for i := range l.Subjects {
		if h := l.Subjects[i].Hash; h != "" && v.coded[sumOf(h)] == 0 {
			v.coded[sumOf(h)] = l.Number
		}
	}
}

// entries looks for the entries of the coding that the record tells of: none is ever
// changed or taken away. Their own signatures are package cases' to verify.
func (v *verifier) entries() error {
	for hash, link := range v.coded {
		record, err := v.w.Shelf(codingShelf).Get(hash.String())
		if spoilt(err) {
			v.say("coding", hash.String(), "the entry that link %d tells of was changed in the index", link)
			continue
		}
		if err != nil {
			return err
		}
		text, _, _ := bytes.Cut(record, []byte("\n"))
		switch {
		case record == nil:
			v.say("coding", hash.String(), "link %d tells of this entry, and it is not there: it was taken out", link)
		case sha256.Sum256(text) != hash:
			v.say("coding", hash.String(), "another entry stands in the place of the one that link %s tells of", fmt.Sprint(link))
		}
	}
	return nil
}
