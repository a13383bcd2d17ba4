//go:build unix

package torture

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"corsprobe/runner/runnertest/race"
)

var (
	full   = flag.Bool("full", false, "torture at every call, with every signal and fault")
	atOnce = flag.Int("at-once", 4, "trials under way at once")
)

// signals are those that can be sent.
var signals = []struct {
	name string
	syscall.Signal
}{
	{"SIGKILL", syscall.SIGKILL}, {"SIGTERM", syscall.SIGTERM}, {"SIGINT", syscall.SIGINT},
	{"SIGHUP", syscall.SIGHUP}, {"SIGPIPE", syscall.SIGPIPE}, {"SIGQUIT", syscall.SIGQUIT},
}

// kinds are the two kinds of buckets that a run uses.
var kinds = []struct {
	name string
	args []string
}{{"own buckets", ownBuckets}, {"the user's bucket", theirs}}

// row is one line of the table.
type row struct {
	name                                                          string
	tried, idle, restored, swept, named, silent, lied, lost, peak int
	slowest                                                       time.Duration
}

// table adds up what trials came to. It is safe for use from several goroutines.
type table struct {
	mu   sync.Mutex
	rows []*row
}

// row is the one of a name. The table is locked.
func (t *table) row(name string) *row {
	for _, known := range t.rows {
		if known.name == name {
			return known
		}
	}
	t.rows = append(t.rows, &row{name: name})
	return t.rows[len(t.rows)-1]
}

// idle notes a trial whose run had ended before what was to happen to it: how many calls one makes is not the same each time.
func (t *table) idle(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.row(name).idle++
}

// struck demands that something happened in most trials of a row.
func (t *table) struck(test *testing.T, name string) {
	test.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.row(name); r.tried == 0 || 4*r.idle > r.tried {
		test.Errorf("%s: in %d of %d trials nothing happened", name, r.idle, r.tried)
	}
}

func (t *table) add(name string, o outcome, p *process, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.row(name)
	r.tried++
	for _, count := range []struct {
		yes bool
		to  *int
	}{{o.restored, &r.restored}, {o.swept, &r.swept}, {o.named, &r.named}, {o.silent != "", &r.silent}, {o.lied, &r.lied}, {o.lost != "", &r.lost}} {
		if count.yes {
			*count.to++
		}
	}
	r.peak, r.slowest = max(r.peak, p.peak()), max(r.slowest, took)
}

func (t *table) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\ttried\tsurvived\tlost\tneeded restore\tneeded sweep\tneeded sweep --run\tuntold\tlied to\tpeak MiB\tslowest\t")
	sum := row{name: "all"}
	for _, r := range t.rows {
		printRow(w, r)
		sum.tried, sum.restored, sum.swept, sum.named = sum.tried+r.tried, sum.restored+r.restored, sum.swept+r.swept, sum.named+r.named
		sum.lied += r.lied
		sum.silent, sum.lost, sum.peak, sum.slowest = sum.silent+r.silent, sum.lost+r.lost, max(sum.peak, r.peak), max(sum.slowest, r.slowest)
	}
	printRow(w, &sum)
	_ = w.Flush()
	return b.String()
}

func printRow(w *tabwriter.Writer, r *row) {
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f s\t\n", r.name, r.tried, r.tried-r.lost, r.lost, r.restored, r.swept, r.named, r.silent, r.lied, r.peak, r.slowest.Seconds())
}

// callsOf counts the calls of a run that nothing happens to. It must come to a verdict: else what happens to others proves nothing.
func callsOf(t *testing.T, args []string) int {
	t.Helper()
	w := newWorld(t)
	p := w.run("here", args...)
	calls := w.proxy.made()
	if !p.verdict() {
		t.Fatalf("a run that nothing happens to came to no verdict: exit code %d\n%s%s", p.code(), &p.out, &p.err)
	}
	if o := w.putRight("here", p); o.restored || o.swept || o.lost != "" || len(calls) < 20 {
		t.Fatalf("a run that nothing happens to made %d calls, and left %+v\n%s%s\n%s", len(calls), o, &p.out, &p.err, strings.Join(calls, "\n"))
	}
	return len(calls)
}

// points are the calls at which something happens: all of them, or a few, the first always. The race detector, which makes a trial five times as
// slow, looks at one in the middle.
func points(calls int, raced bool) []int {
	if raced && !*full {
		return []int{max(calls/2, 1)}
	}
	return spread(calls)
}

func spread(calls int) []int {
	var at []int
	step := 1
	if !*full {
		step = max(calls/3, 1)
	}
	for n := 1; n <= max(calls, 1); n += step {
		at = append(at, n)
	}
	return at
}

func TestPoints(t *testing.T) {
	defer func(was bool) { *full = was }(*full)
	for _, c := range []struct {
		calls    int
		everyDay []int
	}{{0, []int{1}}, {1, []int{1}}, {2, []int{1, 2}}, {3, []int{1, 2, 3}}, {30, []int{1, 11, 21}}, {32, []int{1, 11, 21, 31}}} {
		*full = false
		if got := spread(c.calls); !slices.Equal(got, c.everyDay) {
			t.Errorf("of %d calls: %v, want %v", c.calls, got, c.everyDay)
		}
		*full = true
		if got := spread(c.calls); len(got) != max(c.calls, 1) {
			t.Errorf("of %d calls: %v, want all", c.calls, got)
		}
	}
}

// pool carries out trials, several at once.
type pool struct {
	wg     sync.WaitGroup
	tokens chan struct{}
}

func (p *pool) do(trial func()) {
	p.tokens <- struct{}{}
	p.wg.Go(func() {
		defer func() { <-p.tokens }()
		trial()
	})
}

// TestSignals ends runs by every signal at every call: before the server has carried it out, and after.
func TestSignals(t *testing.T) {
	var all table
	chosen := signals
	if !*full {
		chosen = signals[:2]
	}
	for _, kind := range kinds {
		calls := callsOf(t, kind.args)
		for _, s := range chosen {
			t.Run(kind.name+", "+s.name, func(t *testing.T) {
				p := &pool{tokens: make(chan struct{}, *atOnce)}
				for _, n := range points(calls, race.Enabled) {
					for _, after := range []bool{false, true} {
						p.do(func() { signal(t, &all, kind.name+", "+s.name, kind.args, s.Signal, n, after) })
					}
				}
				p.wg.Wait()
				all.struck(t, kind.name+", "+s.name)
			})
		}
	}
	t.Logf("signals at %d calls\n%s", len(all.rows), &all)
}

// signal is one trial: a signal at the n-th call.
func signal(t *testing.T, all *table, name string, args []string, s syscall.Signal, n int, after bool) {
	w := newWorld(t)
	started := make(chan *process, 1)
	var struck atomic.Bool
	w.proxy.do(func(c *call) bool {
		if c.n != n {
			return false
		}
		struck.Store(true)
		p := <-started
		if !after {
			_ = p.Process.Signal(s)
			if s == syscall.SIGKILL {
				<-c.r.Context().Done() // the process is gone before the call was carried out
				return true
			}
			return false
		}
		answer := c.answer()
		_ = p.Process.Signal(s)
		c.write(answer)
		return true
	})
	p := w.start("here", args...)
	started <- p
	p.wait(t)
	took := time.Since(p.began)
	o := w.putRight("here", p)
	all.add(name, o, p, took)
	if !struck.Load() {
		all.idle(name)
	}
	if o.lost != "" {
		t.Errorf("%s at call %d, after it: %v: lost: %s", name, n, after, o.lost)
	}
	if o.silent != "" {
		t.Errorf("%s at call %d, after it: %v: %s\n%s%s", name, n, after, o.silent, &p.out, &p.err)
	}
}

// TestFaults has every call fail in every way: once, and every third from then on.
func TestFaults(t *testing.T) {
	var all table
	chosen := faults(t)
	if !*full {
		chosen = []fault{chosen[2], chosen[4], chosen[5]}
	}
	for _, kind := range kinds {
		calls := callsOf(t, kind.args)
		for _, f := range chosen {
			t.Run(kind.name+", "+f.name, func(t *testing.T) {
				p := &pool{tokens: make(chan struct{}, *atOnce)}
				for i, n := range points(calls, race.Enabled) {
					p.do(func() { fail(t, &all, kind.name+", "+f.name, kind.args, f, n, true) })
					if *full && i%3 == 0 { // takes its time
						p.do(func() { fail(t, &all, kind.name+", "+f.name, kind.args, f, n, false) })
					}
				}
				p.wg.Wait()
				all.struck(t, kind.name+", "+f.name)
			})
		}
	}
	t.Logf("faults, once and from then on\n%s", &all)
	if n := strayed.Load(); n != 0 {
		t.Errorf("%d requests followed a redirect", n)
	}
}

// fail is one trial: a fault at the n-th call, or from it on.
func fail(t *testing.T, all *table, name string, args []string, f fault, n int, once bool) {
	w := newWorld(t)
	var struck atomic.Bool
	w.proxy.do(func(c *call) bool {
		if c.n != n && (once || c.n < n) {
			return false
		}
		struck.Store(true)
		f.do(c)
		return true
	})
	p := w.run("here", args...)
	took := time.Since(p.began)
	w.proxy.recover(t)
	o := w.putRight("here", p)
	configuration := strings.Contains(o.silent, "AllowedOrigins")                                 // that another one is left is told, whoever lies
	if f.lies && !once && !configuration && (o.silent != "" || o.lost != "") && w.onlyOwnLeft() { // every answer says that what is the run's own is gone: nobody could know better
		o.silent, o.lost, o.lied = "", "", true
	}
	all.add(name, o, p, took)
	if !struck.Load() {
		all.idle(name)
	}
	if o.lost != "" {
		t.Errorf("%s at call %d, once: %v: lost: %s", name, n, once, o.lost)
	}
	if o.silent != "" {
		t.Errorf("%s at call %d, once: %v: %s\n%s%s", name, n, once, o.silent, &p.out, &p.err)
	}
	if secret := w.secretIn(&p.out, &p.err); secret != "" {
		t.Errorf("%s at call %d, once: %v: shows %s", name, n, once, secret)
	}
}

// recover has the proxy take connections again.
func (p *proxy) recover(t *testing.T) {
	t.Helper()
	p.do(nil)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		p.mu.Lock()
		_ = p.listener.Close()
		p.mu.Unlock()
		if p.open() == nil {
			return
		}
	}
	t.Error("the proxy does not listen any more")
}

// secretIn is a secret that one of the texts shows; empty: none does.
func (w *world) secretIn(texts ...fmt.Stringer) string {
	for _, pair := range w.env {
		name, value, _ := strings.Cut(pair, "=")
		for _, text := range texts {
			if name == "AWS_SECRET_ACCESS_KEY" && strings.Contains(text.String(), value) {
				return name
			}
		}
	}
	return ""
}
