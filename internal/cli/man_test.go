package cli

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"amana/internal/version"
)

type manGrammar struct {
	State string `env:"X_STATE" help:"Where it lies."`
	Group struct {
		Do struct {
			File  string `arg:"" help:"What to do."`
			Name  string `required:"" short:"n" placeholder:"NAME" help:".hostile line with a \\ in it's 'middle'"`
			Loud  bool   `help:"Say more."`
			Quiet bool   `hidden:"" help:"Never shown."`
		} `cmd:"" help:"Do something."`
	} `cmd:"" help:"A group."`
	Gone struct{} `cmd:"" hidden:"" help:"Never shown either."`
}

// The page says what --help says, and no text of ours becomes a request to roff: that
// would hide a line of the page, or run something when a page is shown.
func TestManualPage(t *testing.T) {
	var out, errs bytes.Buffer
	if code := Main("x-tool", "Does things.", new(manGrammar), []string{"--man"}, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	got := out.String()
	for _, want := range []string{
		`.TH "X\-TOOL" 1 "" "Amana ` + version.Number + `" "Amana"`,
		`x\-tool \- Does things` + "\n", `.SS "x\-tool group do"` + "\nDo something.\n",
		`\fB\-\-state\fR`, "In the environment: X_STATE.", ".I <file>\nWhat to do.\n",
		`\fB\-n\fR, \fB\-\-name\fR=\fINAME\fR` + "\n" + `\&.hostile line with a \e in it\(aqs \(aqmiddle\(aq It must be given.`,
		`\fB\-\-loud\fR` + "\n", ".B 130\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not hold %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Never shown") || strings.Contains(got, "quiet") {
		t.Errorf("the page shows what is hidden:\n%s", got)
	}
	// Without the escapes the hostile line would be there as a request.
	if strings.Contains(got, "\n.hostile") {
		t.Error("a line of help became a request")
	}
}

func TestVersion(t *testing.T) {
	var out, errs bytes.Buffer
	if code := Main("x-tool", "Does things.", new(manGrammar), []string{"--version"}, &out, &errs); code != 0 || out.String() != version.Number+"\n" {
		t.Errorf("exit code %d, %q, %s", code, &out, &errs)
	}
}

// The codes stand in three places: the constants, the manual pages and docs/formats.md.
func TestExitCodesAreSaid(t *testing.T) {
	said := map[string]bool{}
	doc, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range exitCodes {
		said[fmt.Sprint(c.code)] = true
		if row := fmt.Sprintf("\n| %d | %s |\n", c.code, c.meaning); !strings.Contains(string(doc), row) {
			t.Errorf("docs/formats.md does not hold %q", row)
		}
	}
	f, err := parser.ParseFile(token.NewFileSet(), "cli.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := 0
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Exit") {
			return true
		}
		constants++
		if code := spec.Values[0].(*ast.BasicLit).Value; !said[code] {
			t.Errorf("%s = %s is in no manual page: add it to exitCodes", spec.Names[0].Name, code)
		}
		return true
	})
	if constants < 7 {
		t.Errorf("only %d exit codes are found", constants)
	}
}
