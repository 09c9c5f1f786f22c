package layers

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tracked returns the paths of the files in git, relative to the module.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v (this test needs git and the project's checkout)", err)
	}
	files := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	if len(files) < 50 {
		t.Fatalf("only %d files are in git", len(files))
	}
	return files
}

// forbidden are identifiers that may not stand below the given folders, outside
// of tests.
var forbidden = []struct {
	under []string
	names []string
	why   string
}{
	{[]string{"intake"}, []string{"ParseMultipartForm", "FormFile", "FormValue", "PostFormValue", "PostForm", "ParseForm", "MultipartForm", "ReadForm"},
		"it reads a whole form into memory or temporary files"},
	{[]string{"intake", "vault"}, []string{"CreateTemp", "MkdirTemp", "TempDir", "TempFile"}, "nothing goes to temporary files"},
	{[]string{"cmd/amana-intake", "internal/operator", "internal/admin", "internal/backup"},
		[]string{"Decrypt", "DecryptReader", "ParseIdentities", "ParseHybridIdentity", "ParseX25519Identity", "NewScryptIdentity"}, "the server holds no identity: a backup is decrypted elsewhere"},
	{[]string{"internal/desk"}, []string{"OpenFile", "WriteFile", "Create" + "Temp", "Mkdir", "MkdirAll", "OpenRoot", "ReadDir", "Lstat", "Stat", "Readlink"},
		"screens touch the terminal and no files: what they have done, does it"},
	{[]string{"intake"}, []string{"OpenFile", "WriteFile", "Create" + "File", "Mkdir", "MkdirAll"}, "the intake writes no file: its vault does"},
}

// names returns the identifiers of a Go file with their places.
func names(t *testing.T, source []byte) map[string]token.Position {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]token.Position)
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			found[id.Name] = fset.Position(id.Pos())
		}
		return true
	})
	return found
}

func TestForbiddenCalls(t *testing.T) {
	looked := 0
	for _, path := range tracked(t) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "vault/vaulttest/") {
			continue
		}
		var found map[string]token.Position
		for _, f := range forbidden {
			for _, under := range f.under {
				if !strings.HasPrefix(path, under+"/") {
					continue
				}
				if found == nil {
					found = names(t, read(t, path))
					looked++
				}
				for _, name := range f.names {
					if at, ok := found[name]; ok {
						t.Errorf("%s:%d: %s: %s", path, at.Line, name, f.why)
					}
				}
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d files were looked at", looked)
	}
	// The search finds what is there.
	if found := names(t, []byte("package p\nfunc f(r *R) { _, _ = r.Inner.FormFile(`x`) }")); found["FormFile"].Line != 2 {
		t.Error("the search does not find a call")
	}
}

// maxLines is the longest that a Go file may be.
const maxLines = 500

// What is not finished is not kept, and no file grows past reading.
func TestSourceIsFinished(t *testing.T) {
	unfinished := [][]byte{[]byte("TO" + "DO"), []byte("FIX" + "ME"), []byte("XX" + "X:")}
	for _, path := range tracked(t) {
		if !strings.HasSuffix(path, ".go") {
			continue
		}
		source := read(t, path)
		if n := bytes.Count(source, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines", path, n)
		}
		for _, word := range unfinished {
			if bytes.Contains(source, word) {
				t.Errorf("%s holds %q", path, word)
			}
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), path))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
