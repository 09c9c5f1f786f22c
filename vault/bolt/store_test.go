package bolt

import (
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

func create(t testing.TB) *Store {
	t.Helper()
	s, err := Create(t.TempDir(), Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reopen(t testing.TB, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(s.disk.dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	vaulttest.Run(t, vaulttest.Harness{
		New:    func(t *testing.T) vault.Store { return create(t) },
		Reopen: func(t *testing.T, s vault.Store) vault.Store { return reopen(t, s.(*Store)) },
	})
}
