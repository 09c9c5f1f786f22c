package bolt

import (
	"bytes"
	"sync"
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

// TestRenew opens the files anew again and again while testimonies arrive, are
// read, listed and checked, and the headers are rewritten; nobody notices.
func TestRenew(t *testing.T) {
	old := renewAfter
	renewAfter = 1 << 20
	defer func() { renewAfter = old }()
	s := create(t)
	first := s.payloads.os
	var mu sync.Mutex
	kept := make(map[vault.ID][]byte)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 20 {
				payload := vaulttest.Payload(70_000*(1+i%3), uint64(worker))
				id, err := vaulttest.Put(t.Context(), s, vaulttest.Header(2000, uint64(i)), payload, 32<<10)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				kept[id] = payload
				mu.Unlock()
				if i%7 == 3 {
					if err := s.Rewrite(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if i%5 == 0 {
					for _, f := range vaulttest.RecordFindings(t, s) {
						t.Errorf("%s: %s", f.ID, f.Problem)
					}
					for _, f := range vaulttest.Findings(t, s) {
						t.Errorf("%s: %s", f.ID, f.Problem)
					}
				}
			}
		})
	}
	all.Wait()
	if s.payloads.os == first {
		t.Error("the file was never opened anew")
	}
	for id, payload := range kept {
		data, err := vaulttest.Get(t.Context(), s, id)
		if err != nil || !bytes.HasSuffix(data, payload) {
			t.Errorf("%s came back different (%v)", id, err)
		}
	}
	if records, err := vaulttest.All(t.Context(), s, 50); err != nil || len(records) != 80 {
		t.Errorf("%d are kept, %v", len(records), err)
	}
	s.Close()
}
