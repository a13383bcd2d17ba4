//go:build unix

package torture

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"corsprobe/runner/runnertest/race"
)

// together are the ways in which two runs can meet at one bucket.
var together = []struct {
	name, first, second string
	more                []string // flags of both
	alias               bool     // the second spells the endpoint otherwise
}{
	{name: "two processes of one machine", first: "here", second: "here"},
	{name: "two processes of one machine, by the lock alone", first: "here", second: "here", more: []string{"--no-lease"}},
	{name: "two processes of one machine, the endpoint spelled otherwise", first: "here", second: "here", more: []string{"--no-lease"}, alias: true},
	{name: "two machines", first: "here", second: "there"},
	{name: "two machines, the endpoint spelled otherwise", first: "here", second: "there", alias: true},
}

// inUse is what a run is told that comes second.
const inUse = "the bucket " + users + " is in use by"

// TestTogether has two runs meet at one bucket: the second while the first one's test configuration is there, and both at once.
func TestTogether(t *testing.T) {
	race.Skip(t) // it looks at each process by itself, and does so in TestSignals
	rounds := 1
	if *full {
		rounds = 10
	}
	var all table
	t.Run("meet", func(t *testing.T) { // ends when the parallel tests in it have ended
		for _, c := range together {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				for range rounds {
					w := newWorld(t)
					second := slices.Concat(theirs, c.more)
					if c.alias {
						second = append(second, "--endpoint", strings.Replace(w.proxy.URL, "127.0.0.1", "LOCALHOST", 1), "--addressing", "path")
					}
					during(t, &all, w, c.name+", one during the other", c.first, c.second, slices.Concat(theirs, c.more), second)
					atOneTime(t, &all, w, c.name+", at once", c.first, c.second, slices.Concat(theirs, c.more), second)
				}
			})
		}
	})
	t.Logf("two runs at one bucket\n%s", &all)
}

// during runs the second while the first one's configuration is in the bucket. It must be refused, and change nothing.
func during(t *testing.T, all *table, w *world, name, here, there string, first, second []string) {
	var once sync.Once
	var other *process
	w.proxy.do(func(c *call) bool {
		if c.r.Method != http.MethodPut || !c.ofCORS() {
			return false
		}
		answer := c.answer()
		once.Do(func() {
			w.proxy.mu.Lock()
			w.proxy.hook = nil
			w.proxy.mu.Unlock()
			other = w.run(there, second...)
		})
		c.write(answer)
		return true
	})
	p := w.run(here, first...)
	judge(t, all, w, name, here, there, p, other)
	if other == nil || other.code() != 3 || !told(other, inUse) {
		t.Errorf("%s: the second run was not refused: %+v", name, other)
	}
	if !p.verdict() {
		t.Errorf("%s: the first run came to no verdict\n%s%s", name, &p.out, &p.err)
	}
}

// atOneTime starts both at the same moment. One at least comes to a verdict; the other is refused because of it, or comes after it.
func atOneTime(t *testing.T, all *table, w *world, name, here, there string, first, second []string) {
	var gate sync.WaitGroup
	gate.Add(2)
	var passed sync.Map
	w.proxy.do(func(c *call) bool {
		if _, seen := passed.LoadOrStore(c.r.RemoteAddr, true); !seen && c.n <= 2 { // the first call of each
			gate.Done()
			waited := make(chan struct{})
			go func() { gate.Wait(); close(waited) }()
			select {
			case <-waited:
			case <-time.After(time.Second): // one was refused without a call
			}
		}
		return false
	})
	a, b := w.start(here, first...), w.start(there, second...)
	a.wait(t)
	b.wait(t)
	judge(t, all, w, name, here, there, a, b)
	if !a.verdict() && !b.verdict() {
		t.Errorf("%s: neither came to a verdict\n%s%s\n%s%s", name, &a.out, &a.err, &b.out, &b.err)
	}
	for _, p := range []*process{a, b} {
		if !p.verdict() && (p.code() != 3 || !told(p, inUse)) {
			t.Errorf("%s: exit code %d is neither a verdict's nor a refusal's because of the other run\n%s%s", name, p.code(), &p.out, &p.err)
		}
	}
}

// told reports that a process said something, however its lines were broken.
func told(p *process, text string) bool {
	return strings.Contains(strings.Join(strings.Fields(p.out.String()+p.err.String()), " "), text)
}

// judge looks at what two runs left. Nothing must need to be put right.
func judge(t *testing.T, all *table, w *world, name, here, there string, a, b *process) {
	for _, p := range []*process{a, b} {
		if p == nil {
			continue
		}
		o := w.putRight(here, p)
		if here != there {
			if more := w.putRight(there, p); more.lost != "" {
				o.lost += more.lost
			}
		}
		all.add(name, o, p, time.Since(p.began))
		if o.lost != "" || o.restored || o.swept {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
