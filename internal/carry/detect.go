package carry

import "strings"

// Detect tells what a carried file says it is, from its first bytes, of which
// 1,024 are enough: "roster", "headers", "slips", "confirmation", "bundle", or ""
// if it is none of these. Whether it is one, only reading it can tell.
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
