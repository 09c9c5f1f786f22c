package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"amana/internal/admin"
	"amana/internal/carry"
	"amana/internal/cli"
)

// Bounds of a folder that is imported.
const (
	mostNames  = 10_000 // that are looked at
	mostTaken  = 200    // files that are for the server
	mostPassed = 20     // names of others that are told
)

// found is one file of a folder that says that it is for the server.
type found struct {
	name string
	what string // as carry.Detect names it
	size int64
	text []byte // of a roster
}

// importOrder is the order in which files are taken in: what comes back is signed for
// the newest roster, and a confirmation is of slips.
var importOrder = []string{"roster", string(carry.Slips), string(carry.Confirmation), string(carry.Acknowledgement), string(carry.Replies)}

// importFolder takes in all of a folder that is for the server. Each file is judged
// for itself, as if it came alone, and told by its name; what is refused is kept
// nowhere. The folder may be anybody's: no link in it is followed, no folder entered,
// and no pipe waited for.
func importFolder(ctx context.Context, state State, path string, say func(string)) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer root.Close()
	files, refused, err := lookAt(root, say)
	if err != nil {
		return err
	}
	if len(files) == 0 && refused == nil {
		return nothingIn(root, path)
	}
	to, end, err := state.importer(ctx)
	if err != nil {
		return err
	}
	defer end()
	taken := 0
	for _, group := range groups(files) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		name := group[0].name
		if len(group) > 1 {
			name = fmt.Sprintf("%d rosters, to %s", len(group), group[len(group)-1].name)
		}
		err := importGroup(ctx, root, to, group, func(line string) { say(cli.OneLine(name) + ": " + line) })
		if ctx.Err() != nil {
			return err
		}
		if err == nil {
			taken++
			continue
		}
		if partly(err) {
			taken++
		}
		say("refused: " + cli.OneLine(name) + ": " + err.Error())
		if hints, _ := cli.Advice(err); len(hints) > 0 {
			say("  " + hints[0])
		}
		if refused == nil {
			refused = err
		} else {
			refused = &cli.Error{Err: errors.New("several files of the folder were refused"), Code: codeOf(refused)}
		}
	}
	if refused == nil {
		return nil
	}
	if taken > 0 {
		return &cli.Error{Err: errors.New("a part of the folder was refused, as told above; the rest is taken"), Code: cli.ExitPartial,
			Hint: "import the folder again when what was wrong is mended: what is taken stays, and taking it again changes nothing"}
	}
	return refused
}

func partly(err error) bool { return codeOf(err) == cli.ExitPartial }

func codeOf(err error) int {
	_, code := cli.Advice(err)
	return code
}

// groups puts rosters together: only the last of them must be in force.
func groups(files []found) (all [][]found) {
	for i := range files {
		if n := len(all); n > 0 && files[i].what == "roster" && all[n-1][0].what == "roster" {
			all[n-1] = append(all[n-1], files[i])
		} else {
			all = append(all, files[i:i+1:i+1])
		}
	}
	return all
}

// importGroup takes in one file, or the rosters.
func importGroup(ctx context.Context, root *os.Root, to admin.Importer, group []found, say func(string)) error {
	if group[0].what == "roster" {
		var texts [][]byte
		for _, f := range group {
			texts = append(texts, f.text)
		}
		all := bytes.Join(texts, []byte{0})
		return to.Import(ctx, bytes.NewReader(all), int64(len(all)), say)
	}
	file, size, err := openIn(root, group[0].name)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer file.Close()
	return importOne(ctx, to, file, size, say)
}

// nothingIn is the error about a folder without anything for the server.
func nothingIn(root *os.Root, path string) error {
	hint := "give the folder that amana-decrypt outbox made, or a file"
	if dir, err := root.Open("."); err == nil {
		defer dir.Close()
		names, _ := dir.ReadDir(1000) // a hint is all that is lost
		for _, e := range names {
			if e.IsDir() && strings.HasPrefix(e.Name(), "amana-outbox-") {
				hint = "give one of the folders in it, as " + cli.OneLine(e.Name())
			}
		}
	}
	return cli.Hint(fmt.Errorf("nothing in the folder %s is for this server", path), "%s", hint)
}
