package dossier

import "io"

// What other makers of pages and folders share with this package.

// VisibleName is visibleName, for pages of other packages.
func VisibleName(s string) string { return visibleName(s) }

// VisibleText is visibleText, for pages of other packages.
func VisibleText(s string) string { return visibleText(s) }

// Direction is direction, for pages of other packages.
func Direction(language string) string { return direction(language) }

// Size is size, for pages of other packages.
func Size(n int64) string { return size(n) }

// WriteFile makes one new file in the folder, with a name that the program chose.
// Several goroutines may do so at once.
func (f *Folder) WriteFile(name string, fill func(io.Writer) error) error { return f.write(name, fill) }

// MakeDir makes a folder in the folder.
func (f *Folder) MakeDir(name string) error { return f.root.Mkdir(name, 0o700) }
