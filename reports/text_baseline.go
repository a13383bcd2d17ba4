package reports

import (
	"fmt"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// baseline says what changed since an earlier run, the worst first.
func (t *textWriter) baseline(b *result.Baseline) {
	if b == nil {
		return
	}
	style := bold
	if len(b.Worse) > 0 {
		style = alarm
	}
	t.section(style, fmt.Sprintf("Against the baseline %s (run %s of %s): %s", visible(b.Name), visible(b.Run), b.Started.UTC().Format(time.DateOnly), tallied(b)))
	t.changes("worse", b.Worse)
	t.changes("better", b.Better)
	t.ids("new", b.New)
	t.ids("gone", b.Gone)
}

// tallied counts the changes: "2 cells worse, 1 better".
func tallied(b *result.Baseline) string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{len(b.Worse), "worse"}, {len(b.Better), "better"}, {len(b.New), "new"}, {len(b.Gone), "gone"}} {
		if p.n > 0 {
			parts = append(parts, plural(p.n, "cell")+" "+p.word)
		}
	}
	if len(parts) == 0 {
		return "nothing changed"
	}
	return strings.Join(parts, ", ")
}

// changes shows changes that are alike once.
func (t *textWriter) changes(word string, all []result.Change) {
	for _, g := range alike(all) {
		t.blank()
		t.wrapped(2, word+": "+plural(len(g.changes), "cell")+", "+g.key)
		for i, c := range g.changes {
			if i == listed && !t.opts.Verbose {
				t.line(4, fmt.Sprintf("… and %d more; --verbose lists them", len(g.changes)-listed))
				break
			}
			t.line(4, visible(c.ID)+"  "+t.paint(faint, brief(c.Title, valueLimit)))
		}
		if f, some := worst(g.changes[0].Findings); some {
			t.rows(4, []row{{label: "expected", value: brief(f.Expected, valueLimit)}, {label: "got", value: brief(f.Got, valueLimit)}})
		}
	}
}

// likeness is changes of the same kind.
type likeness struct {
	key     string
	changes []result.Change
}

// alike gathers changes by verdicts, checks and classes, in the order in which they first occur.
func alike(all []result.Change) []likeness {
	at := map[string]int{}
	var groups []likeness
	for _, c := range all {
		key := changeOf(c)
		i, seen := at[key]
		if !seen {
			i = len(groups)
			at[key] = i
			groups = append(groups, likeness{key: key})
		}
		groups[i].changes = append(groups[i].changes, c)
	}
	return groups
}

// changeOf says what changed: "passed before and failed now: [exposure] actual.allow-origin".
func changeOf(c result.Change) string {
	words := visible(string(c.After)) + " before and now"
	switch {
	case c.Before == "":
		words = "new and " + visible(string(c.After))
	case c.Before != c.After:
		words = fmt.Sprintf("%s before and %s now", visible(string(c.Before)), visible(string(c.After)))
	}
	names := make([]string, len(c.Findings))
	for i, f := range c.Findings {
		names[i] = heading(f)
	}
	if len(names) == 0 {
		return words
	}
	return words + ": " + strings.Join(names, ", ")
}

// ids counts cells, and names the first few.
func (t *textWriter) ids(word string, ids []string) {
	if len(ids) == 0 {
		return
	}
	t.blank()
	t.line(2, word+": "+plural(len(ids), "cell"))
	for i, id := range ids {
		if i == listed && !t.opts.Verbose {
			t.line(4, fmt.Sprintf("… and %d more; --verbose lists them", len(ids)-listed))
			return
		}
		t.line(4, visible(id))
	}
}
