package custody

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// strays looks for originals in the folder that no link tells of. They are no fault: a
// power cut in the middle of opening leaves such. But an index that was set back to an
// older state leaves them too, and nothing else here shows that.
func (v *verifier) strays(ctx context.Context) error {
	n, one := 0, ""
	folder := filepath.Join(v.w.Path(), "originals")
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, os.ErrPermission) {
				return nil // its originals are told as missing
			}
			return err
		}
		id, is := strings.CutSuffix(e.Name(), ".age")
		if is && idShape.MatchString(id) && v.all[id] == nil {
			n, one = n+1, id
		}
		return context.Cause(ctx)
	})
	if n > 0 {
		v.note("%d originals lie in the folder that no link tells of, %s among them: opening that was cut off leaves such, and so does an index that was set back to an older one.", n, one)
	}
	return err
}
