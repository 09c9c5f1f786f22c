package pages

import (
	"slices"
	"sync"
)

// receipts keeps the receipts of the day for testimonies without files, with their
// slots still open: most have none, and what is kept is the same for everybody. A
// template takes longer than sealing a text, inside the erasure.
type receipts struct {
	mu   sync.Mutex
	day  string
	kept []keptReceipt
}

// keptReceipt is one of them.
type keptReceipt struct {
	lang       string
	code, more bool
	page       []byte
}

// page returns a receipt with its slots still open. The caller must not change it.
func (k *receipts) page(p *Pages, lang string, v view) ([]byte, error) {
	if v.Receipt.Files > 0 {
		return p.execute(lang, "receipt.html", v)
	}
	lang = p.set(lang).catalog.tag // not the word of a request, which must not stay
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.day != v.Receipt.Day {
		k.day, k.kept = v.Receipt.Day, nil
	}
	known := func(one keptReceipt) bool {
		return one.lang == lang && one.code == v.Receipt.Code && one.more == v.Receipt.More
	}
	if i := slices.IndexFunc(k.kept, known); i >= 0 {
		return k.kept[i].page, nil
	}
	page, err := p.execute(lang, "receipt.html", v)
	if err == nil {
		k.kept = append(k.kept, keptReceipt{lang, v.Receipt.Code, v.Receipt.More, page})
	}
	return page, err
}
