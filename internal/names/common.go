package names

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed common.txt
var commonText string

// common returns the numbers of the names that a folded part is a usual spelling of.
// Hassan can be حسن and حسان: then there are two.
func common() map[string][]int { return readCommon() }

var readCommon = sync.OnceValue(func() map[string][]int {
	all := make(map[string][]int)
	n := 0
	for line := range strings.Lines(commonText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		n++
		for word := range strings.FieldsSeq(line) {
			for _, t := range split(word) {
				all[t.text] = append(all[t.text], n)
			}
		}
	}
	return all
})
