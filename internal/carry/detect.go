package carry

import "strings"

// Detect tells what a carried file says it is, from its first bytes, of which
// 1,024 are enough: "roster", "bundle", one of the [Kind]s, or "" if it is none of
// these. Whether it is one, only reading it can tell.
func Detect(prefix []byte) (what string) {
	if strings.HasPrefix(string(prefix[:min(len(prefix), 32)]), "amana roster ") {
		return "roster"
	}
	if len(prefix) < block {
		return ""
	}
	n, ok := headerSize((*[block]byte)(prefix), "manifest", maxManifest)
	if !ok {
		return ""
	}
	prefix = prefix[block:]
	text := string(prefix[:min(int64(len(prefix)), n, 1024)])
	if kind, _ := kindOf(text); kind != "" {
		return string(kind)
	}
	if strings.HasPrefix(text, versionPrefix) {
		return "bundle"
	}
	return ""
}

// LooksSecret tells whether what a file begins with looks like somebody's key,
// encrypted or not, which has no place among what is carried to a server.
func LooksSecret(prefix []byte) bool {
	for _, sign := range []string{"AGE-SECRET-KEY-", "PRIVATE+KEY+", "-----BEGIN AGE ENCRYPTED FILE-----", "age-encryption.org/", "# amana reviewer key", "# amana administrator key"} {
		if strings.Contains(string(prefix), sign) {
			return true
		}
	}
	return false
}
