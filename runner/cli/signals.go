package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"corsprobe/reports"
	"corsprobe/runner/result"
)

// interruption ends a command by a signal: the first ends its context, so that it cleans up and writes its reports; the second, or a clean-up
// that takes too long, ends the process at once, with what is left told.
//
// Ginkgo listens to signals too. It may: the run does not depend on it, and what it has to say of them is not shown, see [silenceStdout].
type interruption struct {
	stderr io.Writer
	cancel context.CancelCauseFunc
	exit   func(code int)

	mu     sync.Mutex
	first  os.Signal
	budget time.Duration            // for clean-up, after the first signal
	undone func() []result.Leftover // what would be left if the process ended now
}

const (
	// idleBudget is what a command has to come to its end that has nothing to clean up.
	idleBudget = time.Second
	// reportBudget is what a run has after its clean-up, to write what it knows.
	reportBudget = 5 * time.Second
)

type interruptionKey struct{}

// listen catches every signal that would end the process, until stop. The context knows of the interruption, see [guard].
func listen(stderr io.Writer) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	i := &interruption{stderr: stderr, cancel: cancel, exit: os.Exit, budget: idleBudget}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, endingSignals()...)
	if len(writeSignals) > 0 { // of none Notify would make all
		signal.Notify(make(chan os.Signal, 1), writeSignals...)
	}
	done := make(chan struct{})
	go i.listen(signals, done)
	return context.WithValue(ctx, interruptionKey{}, i), func() { close(done); signal.Stop(signals); cancel(nil) }
}

func (i *interruption) listen(signals <-chan os.Signal, done <-chan struct{}) {
	var late <-chan time.Time
	for {
		select {
		case s := <-signals:
			if i.first != nil {
				i.giveUp(exitInterrupted, "ended at once by a second signal, "+name(s))
				return
			}
			i.first = s
			i.cancel(fmt.Errorf("interrupted by %s", name(s)))
			late = time.After(i.bound())
		case <-late:
			i.giveUp(exitNoJudgement, fmt.Sprintf("interrupted by %s, and not at an end %s later", name(i.first), i.bound()))
			return
		case <-done:
			return
		}
	}
}

// bound is how long the command may take after the first signal.
func (i *interruption) bound() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.budget
}

// guard says what there would be to clean up from now on, and how long that may take.
func guard(ctx context.Context, budget time.Duration, undone func() []result.Leftover) {
	if i, ok := ctx.Value(interruptionKey{}).(*interruption); ok {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.budget, i.undone = budget+reportBudget, undone
	}
}

// giveUp ends the process, and prints what it leaves behind. The code is that of an interrupt where nothing is left.
func (i *interruption) giveUp(code int, why string) {
	i.mu.Lock()
	undone := i.undone
	i.mu.Unlock()
	var left []result.Leftover
	if undone != nil {
		left = undone()
	}
	fmt.Fprintf(i.stderr, "\ncorsprobe: %s\n", why)
	_ = reports.WriteLeftovers(i.stderr, result.Report{CleanUp: left}, (&look{}).text(i.stderr))
	if len(left) == 0 {
		code = exitInterrupted
	}
	i.exit(code)
}

// name is a signal's as its number's: SIGTERM.
func name(s os.Signal) string {
	if number, ok := s.(syscall.Signal); ok {
		return cmp.Or(signalName(number), s.String())
	}
	return s.String()
}

// silenceStdout takes os.Stdout away for the rest of the process. Ginkgo prints a progress report's trouble there, past its own reporter;
// what corsprobe writes goes to the streams that it was handed. It is not given back, for Ginkgo may still be at it when the run is over.
func silenceStdout() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
}
