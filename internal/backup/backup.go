// Package backup writes and reads backups of a server: one plain tar, described in
// docs/formats-backup.md.
//
// A backup is written and read as a stream, in memory that does not grow with it.
// Nothing in it is believed before it is read: names, sizes, order, hashes. The package
// handles ciphertext and public facts, and the server's own keys as bytes; it opens no
// file and decrypts nothing.
package backup

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"amana/vault"
)

// Errors that a caller can tell apart.
var (
	// ErrNotBackup: it is something else, or a backup of another version.
	ErrNotBackup = errors.New("this is not a backup that this program knows")
	// ErrMalformed: it was written otherwise than a backup is.
	ErrMalformed = errors.New("the backup is not written as a backup is")
	// ErrDamaged: it ends early, or a hash is wrong.
	ErrDamaged = errors.New("the backup is damaged or cut off")
	// ErrPayload: the payload of a testimony is not that of its record, or cannot be
	// read. The testimony is left out.
	ErrPayload = errors.New("its payload is not as it was written")
)

// Version is what a backup begins with.
const Version = "amana backup 1"

const (
	headName = "backup"
	endName  = "end"

	pieceSize = 4 << 20 // of a payload
	maxMember = 8 << 20
	// PurgedAtOnce and RepliesAtOnce are how many are in one member at most.
	PurgedAtOnce  = 4096
	RepliesAtOnce = 200
)

// The folders in a backup, in their order.
const (
	testimoniesFolder = "testimonies"
	purgedFolder      = "purged"
	repliesFolder     = "replies"
	// RostersFolder holds the chain of rosters, from 1.txt on.
	RostersFolder = "rosters"
	// ServerFolder holds the key that signs bundles, and its public half.
	ServerFolder = "server"
	// AlsoFolder holds what the operator wants beside: the configuration.
	AlsoFolder = "also"
	// OnionFolder holds the keys of the onion service, if the operator chose so.
	OnionFolder = "onion-keys"
)

// sections are in the order in which they stand in a backup.
var sections = []string{headName, testimoniesFolder, purgedFolder, repliesFolder, RostersFolder, ServerFolder, AlsoFolder, OnionFolder, endName}

// MaxFile is the size of the largest file in a backup that is not a testimony's.
const MaxFile = 1 << 20

// Head is what a backup says first.
type Head struct {
	Made   string // the day, "2026-11-27"
	Server string // the key that verifies the server's bundles
}

// Summary is what a backup holds.
type Summary struct {
	Testimonies int
	Bytes       int64 // of the testimonies' age files, with the headers in force
	Purged      int
	Replies     int
	Digest      string // see [Digest]
}

// CheckName returns an error unless a file of that name may stand in a backup, beside
// what this package names itself: a folder and a plain name, or two folders.
func CheckName(name string) error {
	parts := strings.Split(name, "/")
	good := len(parts) >= 2 && len(parts) <= 3 && len(name) < 100 && fs.ValidPath(name)
	for _, part := range parts {
		good = good && part != "" && part[0] != '.' && strings.Trim(part, plain) == ""
	}
	switch parts[0] {
	case RostersFolder, ServerFolder, AlsoFolder:
		good = good && len(parts) == 2
	case OnionFolder:
	default:
		good = false
	}
	if !good {
		return fmt.Errorf("%w: no file of a backup is named %.120q", ErrMalformed, name)
	}
	return nil
}

// plain are the characters of a name.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// RosterName returns the name of a roster.
func RosterName(epoch uint32) string {
	return RostersFolder + "/" + strconv.FormatUint(uint64(epoch), 10) + ".txt"
}

func pieceName(id vault.ID, n int) string {
	return testimoniesFolder + "/" + id.String() + "/" + strconv.Itoa(n)
}

func recordName(id vault.ID) string { return testimoniesFolder + "/" + id.String() + "/record" }

func (h Head) text() []byte {
	return fmt.Appendf(nil, "%s\nmade %s\nserver %s\n", Version, h.Made, h.Server)
}

// parseHead reads the one spelling that text writes.
func parseHead(data []byte) (h Head, err error) {
	version, rest, _ := strings.Cut(string(data), "\n")
	if version != Version {
		return h, fmt.Errorf("%w: it begins with %.40q", ErrNotBackup, version)
	}
	made, rest, _ := strings.Cut(rest, "\n")
	h.Made, h.Server = strings.TrimPrefix(made, "made "), strings.TrimSuffix(strings.TrimPrefix(rest, "server "), "\n")
	if string(h.text()) != string(data) || strings.Contains(h.Server, "\n") {
		return h, fmt.Errorf("%w: its first lines", ErrMalformed)
	}
	return h, nil
}

// end is the text of the last member: what there should be, and the hash of all members
// before it.
func (s Summary) end(members []byte) []byte {
	return fmt.Appendf(nil, "testimonies %d\nbytes %d\npurged %d\nreplies %d\ndigest %s\nmembers %s\n",
		s.Testimonies, s.Bytes, s.Purged, s.Replies, s.Digest, hex.EncodeToString(members))
}
