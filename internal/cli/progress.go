package cli

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Progress shows how many of a known number of bytes are done, on a terminal
// only: a nil Progress shows nothing.
type Progress struct {
	bars *mpb.Progress
	bar  *mpb.Bar
}

// NewProgress begins to show progress on f, with a word for what is done, or
// returns nil if f is not a terminal. The caller must call Done before it writes
// to f again.
func NewProgress(f *os.File, what string, total int64) *Progress {
	return newProgress(f, what, total, decor.CountersKiloByte("% .1f / % .1f"))
}

// NewCount is NewProgress for things that are counted one by one.
func NewCount(f *os.File, what string, total int) *Progress {
	return newProgress(f, what, int64(total), decor.CountersNoUnit("%d / %d"))
}

func newProgress(f *os.File, what string, total int64, count decor.Decorator) *Progress {
	if !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	bars := mpb.New(mpb.WithOutput(f), mpb.WithWidth(60))
	bar := bars.AddBar(total, mpb.BarRemoveOnComplete(), mpb.PrependDecorators(decor.Name(what+" "), count), mpb.AppendDecorators(decor.Percentage()))
	return &Progress{bars, bar}
}

// Set says that n bytes are done.
func (p *Progress) Set(n int64) {
	if p != nil {
		p.bar.SetCurrent(n)
	}
}

// Reader returns r, whose bytes count as done when they are read.
func (p *Progress) Reader(r io.ReadCloser) io.ReadCloser {
	if p == nil {
		return r
	}
	return p.bar.ProxyReader(r)
}

// Done takes the bar away and waits until the terminal is free. It may be called
// more than once.
func (p *Progress) Done() {
	if p != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
