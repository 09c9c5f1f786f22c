package forget

import (
	"runtime"
	"sync"
	"time"
)

// How long the collector waits after the last source, and how long at most when
// sources keep coming.
const (
	quiet   = 300 * time.Millisecond
	longest = 3 * time.Second
)

// Collector runs the garbage collector soon after it was told that there is
// something to erase, once for many sources when they come close together.
type Collector struct {
	wake chan struct{}
	stop chan struct{}
	done sync.WaitGroup
}

// NewCollector starts a collector. The caller must Close it.
func NewCollector() *Collector {
	c := &Collector{wake: make(chan struct{}, 1), stop: make(chan struct{})}
	c.done.Go(c.run)
	return c
}

// Touch says that something was done which is to be erased. It never waits.
func (c *Collector) Touch() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Close stops the collector after a last collection.
func (c *Collector) Close() {
	close(c.stop)
	c.done.Wait()
	Collect()
}

// Collect erases what is dead now. It collects three times because a sync.Pool
// lets go of its content only in the second collection, and what was freed is
// erased in the sweep that the next one completes.
func Collect() {
	for range 3 {
		runtime.GC()
	}
}

func (c *Collector) run() {
	for {
		select {
		case <-c.stop:
			return
		case <-c.wake:
		}
		deadline := time.After(longest)
		pause := time.NewTimer(quiet)
	waiting:
		for {
			select {
			case <-c.stop:
				return
			case <-c.wake:
				pause.Reset(quiet)
			case <-pause.C:
				break waiting
			case <-deadline:
				break waiting
			}
		}
		Collect()
	}
}
