package promises

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"
	"amana/internal/testimony"
)

// command runs a program in dir, which must succeed.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install it (apt-get install %s)", name, name)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

const words = "ما حدث كما رأيته"

// bundle hands in one testimony with two files and exports it.
func bundle(t *testing.T) (state *rig.State, path string, files []string) {
	t.Helper()
	state = rig.NewState(t, rig.Erasing, 3)
	s := state.Serve(t, nil)
	files = []string{dense("\x00\xff photo \r\n", 300_000), ""}
	status, _, err := s.Post(words, rig.Text("../صورة.jpg", files[0]), rig.Text("فارغ.pdf", files[1]))
	if err != nil || status != 200 {
		t.Fatalf("status %d, %v", status, err)
	}
	path = filepath.Join(t.TempDir(), "bundle.tar")
	s.Run(t, "export", "-o", path)
	return state, path, files
}

func compare(t *testing.T, dir string, files []string) {
	t.Helper()
	for i, name := range []string{"files/001.jpg", "files/002.pdf"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != files[i] {
			t.Errorf("%s is not what was handed in (%v)", name, err)
		}
	}
	var said testimony.Testimony
	data, err := os.ReadFile(filepath.Join(dir, testimony.TestimonyName))
	if err == nil {
		err = json.Unmarshal(data, &said)
	}
	if err != nil || said.Answers[testimony.Narrative] != words || said.Files[0].Name != "صورة.jpg" {
		t.Errorf("testimony.json is not what was handed in: %+v, %v", said, err)
	}
}

// P8: it opens without us. What came through the server's form opens with tar,
// the stock age command and unzip alone.
func TestP8OpensWithoutUs(t *testing.T) {
	state, path, files := bundle(t)
	dir := t.TempDir()
	command(t, dir, "tar", "-xf", path)
	command(t, dir, "sha256sum", "-c", "SHA256SUMS")
	sealed, err := filepath.Glob(filepath.Join(dir, "testimonies", "*.age"))
	if err != nil || len(sealed) != 1 {
		t.Fatal(sealed, err)
	}
	command(t, ".", "go", "build", "-o", filepath.Join(dir, "age"), "filippo.io/age/cmd/age")
	command(t, dir, filepath.Join(dir, "age"), "-d", "-i", state.KeyFile, "-o", "t.zip", sealed[0])
	if out := command(t, dir, "unzip", "t.zip"); strings.Contains(out, "warning") {
		t.Errorf("unzip is not content:\n%s", out)
	}
	compare(t, dir, files)
}

// The examples of docs/formats.md open: what was sealed and carried once keeps
// opening.
func TestExampleOpens(t *testing.T) {
	for _, c := range []struct{ bundle, key, intake, pin, id, file string }{
		{"bundle.tar", "reviewer.key", "amana-intake+4aed5998+AU9rqeCk54TqAvW7OVQuXJWLJ2RM7l9yyZX1DH1i/M4m", "",
			"e5e1adf276f538c8fc0eb226a29ba406", "ورقة تجريبية\n"},
		{"bundle-2.tar", "reviewer-2.key", "amana-intake+c9fe64e4+AZAKAvVgpKGPTwohwAC16jgbEXNhxVRbM0aStsz2wVeE",
			"تحويل حنطور فاكهاني مسرح مأدبة ثقيل وسطي مبدع",
			"063bfe3b73c7864c263eb379956352c3", "paper, and nobody on it\n"},
		{"bundle-3.tar", "reviewer-3.key", "amana-intake+43567fc3+AUEjZCK4twUWMIhokoVrsCCYCep++kPrsn2eqQA+KxqX",
			"نبتة فرشاة متحف صيدلي بذرة استفادة مستيقظ تدحرج",
			"cdd70531eb103b75e280a14c4c08cb56", "paper, and nobody on it\n"},
	} {
		out := filepath.Join(t.TempDir(), "cases")
		args := []string{"open", c.bundle, "-i", c.key, "-o", out, "--intake", c.intake}
		if c.pin != "" {
			args = append(args, "--pin", c.pin)
		}
		said := command(t, filepath.Join("..", "..", "docs", "example"), rig.Program(t, rig.Erasing, "amana-decrypt"), args...)
		if !strings.Contains(said, "opened 1 of 1") && !strings.Contains(said, "opened 5 of 5") {
			t.Error(said)
		}
		for name, want := range map[string]string{"testimony.json": "هذا مثال، وليس فيه شخص حقيقي.", "files/001.txt": c.file} {
			if got, err := os.ReadFile(filepath.Join(out, c.id, name)); err != nil || !strings.Contains(string(got), want) {
				t.Errorf("%s: %s: %q, %v", c.bundle, name, got, err)
			}
		}
	}
}

// The whole way with our own programs, byte for byte.
func TestTheWholeWay(t *testing.T) {
	state, path, files := bundle(t)
	out := filepath.Join(t.TempDir(), "cases")
	command(t, ".", rig.Program(t, rig.Erasing, "amana-decrypt"), "open", path, "-i", state.KeyFile, "-o", out)
	folders, err := filepath.Glob(filepath.Join(out, "*", testimony.TestimonyName))
	if err != nil || len(folders) != 1 {
		t.Fatal(folders, err)
	}
	compare(t, filepath.Dir(folders[0]), files)
	index, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil || !bytes.Contains(index, []byte(words)) {
		t.Errorf("index.html does not show the text (%v)", err)
	}
}
