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
func common() map[string][]int { return readCommon().numbers }

// commonKey returns the consonants of a common name, as it is written in Arabic.
func commonKey(n int) string { return readCommon().keys[n] }

type commonNames struct {
	numbers map[string][]int
	keys    []string // by number
}

var readCommon = sync.OnceValue(func() commonNames {
	all, keys := make(map[string][]int), []string{""}
	n := 0
	for line := range strings.Lines(commonText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		n++
		keys = append(keys, skeleton(sounds(split(strings.Fields(line)[0])[0])))
		for word := range strings.FieldsSeq(line) {
			for _, t := range split(word) {
				all[t.text] = append(all[t.text], n)
			}
		}
	}
	return commonNames{all, keys}
})
