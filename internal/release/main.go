// Command release builds what people install: the server's Debian packages, and an
// archive of the offline programs for each kind of machine, with checksums and, with
// a key, their signature. It builds everything twice, the second time from a copy of
// the source in another folder with nothing compiled before, and compares the bytes.
//
// It runs the Go tools, nfpm and ssh-keygen, and is part of no program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options say what to build, and where to.
type options struct {
	source    string // folder of the module
	out       string // folder that is made anew
	platforms []platform
	once      bool
	warm      bool   // the second build may use what the first compiled
	key       string // file of the key that signs; may be empty
	date      time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "release: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.out, "o", "release", "folder to make; one that is there is replaced")
	names := flag.String("platforms", everything, "what to build for")
	flag.BoolVar(&o.once, "once", false, "build once, and compare nothing")
	flag.BoolVar(&o.warm, "warm", false, "let the second build use what the first compiled: faster, and shows less")
	flag.Parse()
	o.key = os.Getenv("RELEASE_KEY")
	var err error
	if o.platforms, err = parsePlatforms(*names); err != nil {
		return err
	}
	if o.source, err = os.Getwd(); err != nil {
		return err
	}
	if _, err := os.Stat("internal/release/main.go"); err != nil {
		return errors.New("run it in the folder of the source")
	}
	if o.out, err = filepath.Abs(o.out); err != nil {
		return err
	}
	if o.date, err = date(ctx); err != nil {
		return err
	}
	if err := buildAll(ctx, o); err != nil {
		return err
	}
	if !o.once {
		n, err := again(ctx, o)
		if err != nil {
			return err
		}
		fmt.Printf("built twice: %d files have the same bytes\n", n)
	}
	return sign(ctx, o)
}

// date returns the time that all files carry: of the commit, or what the environment
// says, as reproducible-builds.org has it.
func date(ctx context.Context) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("this source has no history that tells its date (%w): set SOURCE_DATE_EPOCH to the seconds since 1970 that the release was made with", err)
		}
		text = string(out)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("date of the release: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// buildAll builds everything into the folder o.out, with checksums.
func buildAll(ctx context.Context, o options) error {
	if err := os.RemoveAll(o.out); err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "amana-release-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &builder{options: o, work: work}
	if err := b.manuals(ctx); err != nil {
		return err
	}
	for _, p := range o.platforms {
		if err := b.offline(ctx, p); err != nil {
			return fmt.Errorf("archive for %s: %w", p, err)
		}
		if !p.server() {
			continue
		}
		if err := b.debian(ctx, p); err != nil {
			return fmt.Errorf("package for %s: %w", p, err)
		}
	}
	return writeSums(o.out)
}
