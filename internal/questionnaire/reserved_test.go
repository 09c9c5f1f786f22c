package questionnaire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The codes that no question may have are the fields that the pages have for
// themselves: the constants of package intake whose names end in Field.
func TestReserved(t *testing.T) {
	files, err := filepath.Glob("../../intake/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	collect := func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok || len(s.Values) != len(s.Names) {
			return true
		}
		for i, name := range s.Names {
			value, ok := s.Values[i].(*ast.BasicLit)
			if !ok || value.Kind != token.STRING || !strings.HasSuffix(name.Name, "Field") {
				continue
			}
			field, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			fields = append(fields, field)
		}
		return true
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(path, "_test.go") {
			ast.Inspect(file, collect)
		}
	}
	slices.Sort(fields)
	if want := slices.Sorted(slices.Values(reserved)); !slices.Equal(fields, want) {
		t.Errorf("the pages have the fields %q, reserved are %q", fields, want)
	}
}
