package custody

import (
	"amana/internal/unseal"
	"amana/internal/workspace"
)

// compareFiles holds the list of a source's files in the index against the envelope.
func (v *verifier) compareFiles(o original, ref *workspace.Ref, files []unseal.File) {
	same := len(files) == len(ref.Files)
	for i := range min(len(files), len(ref.Files)) {
		f := ref.Files[i]
		same = same && f.Entry == files[i].Entry && f.Size == files[i].Size && sum(files[i].SHA256).is(f.SHA256)
	}
	if !same {
		v.say("index", o.id, "the list of its files is another than the original holds")
	}
}
