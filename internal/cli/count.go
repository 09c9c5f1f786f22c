package cli

import "fmt"

// Count says how many of something there are: "1 roster", "2 rosters".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
