package testimony

import (
	"path"
	"slices"
	"strings"
)

// endings are the file endings that a file may keep, in an envelope and on a
// reviewer's disk. None of them runs as a program or a page when it is opened by
// a double click.
var endings = []string{
	"jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "tif", "tiff",
	"pdf", "txt", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "csv",
	"mp3", "m4a", "aac", "ogg", "opus", "oga", "wav", "amr", "flac",
	"mp4", "m4v", "mov", "3gp", "avi", "mkv", "webm",
	"zip", "7z", "rar",
}

// Ending returns the ending, in lower case and without a dot, that our name for
// the file of the given name takes: its own if it is on the closed list,
// else "bin". name is not trusted.
func Ending(name string) string {
	e := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if slices.Contains(endings, e) {
		return e
	}
	return "bin"
}
