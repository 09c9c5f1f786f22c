package custody

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"amana/internal/unseal"
	"amana/internal/workspace"
)

// compareRef holds what the index says of an envelope against the record and the
// server's word.
func (v *verifier) compareRef(o original, ref *workspace.Ref) {
	say := func(what, is, was string) {
		v.say("index", o.id, "%s is said to be %s there, and the record says %s", what, is, was)
	}
	r := o.recorded
	if !r.file.is(ref.SHA256) {
		say("the hash of its original", ref.SHA256, r.file.String())
	}
	if !r.payload.is(ref.Payload) {
		say("the hash of its payload", ref.Payload, r.payload.String())
	}
	if !r.bundle.is(ref.Bundle) {
		say("its bundle", ref.Bundle, r.bundle.String())
	}
	if ref.Received != r.day {
		say("the day it was received", ref.Received, r.day)
	}
	if hex.EncodeToString(r.thread[:]) != ref.Thread {
		say("its thread", ref.Thread, hex.EncodeToString(r.thread[:]))
	}
	if e := o.entry; e != nil && (e.Day != ref.Received || e.Epoch != ref.Epoch || e.Size() != ref.Size) {
		v.say("index", o.id, "its day, roster or size is another than the server signed")
	}
}

// document returns testimony.json as the index has it, compared with the record; nil
// if it is not there as it was.
func (v *verifier) document(o original) ([]byte, error) {
	document, err := v.w.Document(o.id)
	if spoilt(err) {
		v.say("document", o.id, "it was changed in the index, or taken out")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(document); sum(got) != o.recorded.document {
		v.say("document", o.id, "it has the hash %x, and the record says %s", got, o.recorded.document)
	}
	return document, nil
}

// compareFile hashes an original. It tells whether it is the one that was recorded.
func (v *verifier) compareFile(ctx context.Context, o original, file io.Reader, read func(int64)) (good bool, err error) {
	whole, header, payload := sha256.New(), sha256.New(), sha256.New()
	left := int64(0)
	if o.entry != nil {
		left = o.entry.HeaderSize
	}
	for {
		if err := context.Cause(ctx); err != nil {
			return false, err
		}
		n, err := file.Read(o.buf)
		part := o.buf[:n]
		read(int64(n))
		whole.Write(part)
		if o.entry != nil {
			head := part[:min(left, int64(n))]
			header.Write(head)
			payload.Write(part[len(head):])
			left -= int64(len(head))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, fmt.Errorf("read original of %s: %w", o.id, err)
		}
	}
	v.mu.Lock()
	v.result.Originals++
	v.mu.Unlock()
	good = true
	differs := func(what string, h hash.Hash, want sum, who string) {
		if got := sum(h.Sum(nil)); got != want {
			good = false
			v.say("original", o.id, "%s has the hash %s, and %s %s", what, got, who, want)
		}
	}
	if e := o.entry; e != nil {
		differs("its header", header, e.HeaderSum, "the server signed")
		differs("its payload", payload, e.PayloadSum, "the server signed")
		if o.recorded.payload != e.PayloadSum {
			v.say("link", fmt.Sprint(o.recorded.link), "it names another payload of testimony %s than the server signed", o.id)
		}
	} else if o.recorded.bundle != (sum{}) {
		v.say("manifest", o.recorded.bundle.String(), "it is not there, or does not name testimony %s", o.id)
	}
	differs("the age file", whole, o.recorded.file, "the record says")
	return good, nil
}

// compareFiles holds the list of a source's files in the index against the envelope.
func (v *verifier) compareFiles(o original, ref *workspace.Ref, files []unseal.File) {
	same := len(files) == len(ref.Files)
	for i := range min(len(files), len(ref.Files)) {
		f := ref.Files[i]
		same = same && f.Entry == files[i].Entry && f.Size == files[i].Size && sum(files[i].SHA256).is(f.SHA256)
	}
	if !same {
		v.say("index", o.id, "the list of its files is another than the original holds")
	}
}
