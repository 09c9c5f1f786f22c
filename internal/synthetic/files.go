package synthetic

// File is one file of a source. Name and Type are the source's words.
type File struct {
	Name string
	Type string
	Trap string        // what is hostile about it, as [Traps] names it; "" if nothing is
	Data func() []byte // the same each time
}

// files makes one to three files.
func (m *maker) files() (all []File) {
	for range 1 + m.IntN(3) {
		kinds := Traps()
		all = append(all, kinds[m.IntN(len(kinds))])
	}
	return all
}

// Traps returns one file of every kind that the generator knows, the harmless first.
func Traps() []File {
	return []File{{Name: "note.txt", Type: "text/plain", Data: func() []byte { return []byte("A note.\n") }}}
}
