// Package padme rounds lengths up to one of few, so that a length tells little: the Padmé
// rule (PURBs, Nikitin et al., PETS 2019).
package padme

import "math/bits"

// Size returns the class of a length of n bytes, which is not negative: n rounded up, at
// most 12 % over.
func Size(n int64) int64 {
	if n < 2 {
		return n
	}
	e := bits.Len64(uint64(n)) - 1
	mask := int64(1)<<(e-bits.Len64(uint64(e))) - 1
	return (n + mask) &^ mask
}
