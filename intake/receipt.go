package intake

import (
	"bytes"
	"strings"
	"sync"

	"amana/intake/pages"
)

// receipts keeps the receipts of the day for testimonies without files: most
// have none, and their receipt is the same for everybody, so that nothing can
// be read from what is kept here.
type receipts struct {
	pages *pages.Pages

	mu   sync.Mutex
	day  string
	kept map[string][]byte // by language
}

// page returns the receipt for a testimony. The caller must not change it.
func (r *receipts) page(lang string, receipt pages.Receipt) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.day != receipt.Day {
		r.day, r.kept = receipt.Day, make(map[string][]byte)
	}
	if page := r.kept[lang]; page != nil && receipt.Files == 0 {
		return page
	}
	var page bytes.Buffer
	must(r.pages.Receipt(&page, lang, receipt))
	if receipt.Files == 0 {
		// lang is part of the first source's request, which must not stay.
		r.kept[strings.Clone(lang)] = page.Bytes()
	}
	return page.Bytes()
}
