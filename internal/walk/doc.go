// Package walk holds tests only: they put words that can be known again into every part
// of testimonies, make everything that leaves the reviewers of them, for every use, and
// look into every byte of it. What was not allowed may be nowhere, and what was allowed
// must be there, or the walk sees nothing.
package walk
