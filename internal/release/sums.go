package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// sumsFile holds the checksums, as sha256sum reads them.
const sumsFile = "SHA256SUMS"

// signer is the purpose that signatures are made for; a signature that the same key
// makes for something else is none.
const signer = "amana-release"

// writeSums writes the checksums of all files in a folder.
func writeSums(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256(data), e.Name())
	}
	return os.WriteFile(filepath.Join(folder, sumsFile), text.Bytes(), 0o644)
}

// sign signs the checksums with the key that RELEASE_KEY names. ssh-keygen asks for
// its passphrase, or has an agent or a hardware key sign.
func sign(ctx context.Context, o options) error {
	if o.key == "" {
		fmt.Printf("%s is not signed: set RELEASE_KEY to the file of the key\n", filepath.Join(o.out, sumsFile))
		return nil
	}
	cmd := exec.CommandContext(ctx, "ssh-keygen", "-q", "-Y", "sign", "-f", o.key, "-n", signer, filepath.Join(o.out, sumsFile))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("sign with %s: %w", o.key, err)
	}
	return nil
}
