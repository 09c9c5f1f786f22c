package workspace

// unfinished is the shelf of folders in the open that were begun and are not whole: a
// report or an export that a power cut left half done is plaintext of which nobody would
// know. By path.
const unfinished = "unfinished"

// Begun returns the record that says that a folder in the open is begun at a path.
func Begun(path string) Write { return Write{unfinished, path, []byte{}} }

// Ended returns the record by which that is forgotten: it is whole, or removed.
func Ended(path string) Write { return Write{unfinished, path, nil} }

// Unfinished returns the paths of folders that were begun, and did not end.
func (w *Workspace) Unfinished() ([]string, error) { return w.Shelf(unfinished).Keys() }
