package pages_test

import (
	"testing"

	"amana/intake/pages"
)

func TestNew(t *testing.T) {
	if _, err := pages.New(); err != nil {
		t.Fatal(err)
	}
}
