package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"amana/internal/carry"

	"github.com/rogpeppe/go-internal/testscript"
)

// spoil STATE payload|header BUNDLE N: changes one byte of testimony N, counted
// from 0 in a good bundle made before, where the vault keeps it. $SPOILT becomes
// its id.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Open(ts.MkAbs(args[2]))
	ts.Check(err)
	defer f.Close()
	info, err := f.Stat()
	ts.Check(err)
	b, err := carry.OpenBundle(f, info.Size())
	ts.Check(err)
	n, err := strconv.Atoi(args[3])
	ts.Check(err)
	e := b.Manifest.Testimonies[n]
	file, at := "headers.db", int64(200)
	if args[1] == "payload" {
		file, at = "payloads.db", e.HeaderSize+1000
	}
	known := make([]byte, 48)
	_, err = b.Testimony(n).ReadAt(known, at)
	ts.Check(err)
	path := filepath.Join(ts.MkAbs(args[0]), "vault", file)
	db, err := os.OpenFile(path, os.O_RDWR, 0)
	ts.Check(err)
	defer db.Close()
	all, err := io.ReadAll(db)
	ts.Check(err)
	spoilt := 0
	for from := 0; ; {
		i := bytes.Index(all[from:], known)
		if i < 0 {
			break
		}
		_, err := db.WriteAt([]byte{known[0] ^ 1}, int64(from+i))
		ts.Check(err)
		spoilt++
		from += i + len(known)
	}
	if spoilt == 0 {
		ts.Fatalf("testimony %s is not in %s", e.ID, file)
	}
	ts.Setenv("SPOILT", e.ID)
}
