package dossier

import "io"

// WriteFile makes one new file in the folder, with a name that the program chose.
// Several goroutines may do so at once.
func (f *Folder) WriteFile(name string, fill func(io.Writer) error) error { return f.write(name, fill) }

// MakeDir makes a folder in the folder.
func (f *Folder) MakeDir(name string) error { return f.root.Mkdir(name, 0o700) }
