package browser

import (
	"context"
	"errors"
	"testing"
)

// Whoever wants an origin gets its tab, one of none yet, another as long as there may be more, or the one that has been idle longest.
func TestPool(t *testing.T) {
	opened, fails := 0, false
	p := newPool(1, func(context.Context) (*tab, error) {
		if fails {
			return nil, errors.New("no tab")
		}
		opened++
		return &tab{}, nil
	})
	use := func(origin string) *tab {
		t.Helper()
		got, err := p.take(t.Context(), origin)
		if err != nil {
			t.Fatal(err)
		}
		got.origin = origin
		p.give(got)
		return got
	}
	var tabs []*tab
	for _, origin := range []string{"a", "b", "c", "d"} {
		tabs = append(tabs, use(origin))
	}
	if opened != tabsEach {
		t.Errorf("%d tabs for as many origins as there may be, want %d", opened, tabsEach)
	}
	if use("a") != tabs[0] || use("e") != tabs[1] || use("c") != tabs[2] || opened != tabsEach {
		t.Errorf("%d tabs; an origin's own, or the one that has been idle longest, was not lent", opened)
	}
	tabs[3].origin = "" // what it was about is lost
	if use("f") != tabs[3] {
		t.Error("a tab of no origin was not preferred")
	}
	held, err := p.take(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.take(ended, "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("a second tab was lent: %v", err)
	}
	p.give(held)
	p, fails = newPool(1, p.open), true
	for range tabsEach + 1 { // a tab that could not be opened takes nobody's place
		if _, err := p.take(t.Context(), "a"); err == nil || err.Error() != "no tab" {
			t.Errorf("error = %v", err)
		}
	}
	fails = false
	use("a")
}
