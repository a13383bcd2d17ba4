package cli

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
)

// output is the standard output. It keeps the first error of a write, which [Main] reports: a command whose output was lost did not succeed,
// even where it ignored the error.
type output struct {
	io.Writer

	mu    sync.Mutex
	first error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.first == nil {
		o.first = err
	}
	return n, err
}

// lostOr is how a command ended that returned an error or nil: where all that was wrong is that its words were lost, no judgement came of it.
// Of a reader that has seen enough nothing is said.
func (o *output) lostOr(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var e exit
	if o.first == nil || errors.As(err, &e) || err != nil && !errors.Is(err, o.first) {
		return err
	}
	if errors.Is(o.first, syscall.EPIPE) {
		return o.first
	}
	return exit{exitNoJudgement, fmt.Errorf("standard output: %w", o.first)}
}

// beneath is what an output writes to: whether that is a terminal decides how it is written.
func beneath(w io.Writer) io.Writer {
	if o, ok := w.(*output); ok {
		return o.Writer
	}
	return w
}
