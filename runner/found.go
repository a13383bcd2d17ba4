package runner

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/judge"
	"corsprobe/runner/redact"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Found lists what a run found, and was not known, as known deviations without a reason: entries that cover every such finding of the failed
// cells and name no other cell, neither of cells nor of others. What is alike within a scenario, or within more where all of it is alike,
// makes one entry.
//
// Flaky cells are left out: what is not steady cannot be known.
func Found(cells []result.Cell, others []string) []scenarios.Deviation {
	kinds, showing := kindsOf(cells)
	ids := slices.Clone(others)
	for _, c := range cells {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	var entries []scenarios.Deviation
	for _, k := range kinds {
		entries = append(entries, covering(k, showing[k], ids)...)
	}
	slices.SortStableFunc(entries, func(a, b scenarios.Deviation) int {
		return cmp.Or(cmp.Compare(a.Cells, b.Cells), cmp.Compare(a.Check, b.Check))
	})
	return entries
}

// kind is one difference, as an entry describes it.
type kind struct{ check, got string }

// kindsOf lists the differences of the failed cells that are not known, in the order in which they first occur, and the cells that show each.
func kindsOf(cells []result.Cell) ([]kind, map[kind][]*result.Cell) {
	var kinds []kind
	showing := map[kind][]*result.Cell{}
	for i := range cells {
		c := &cells[i]
		if c.Verdict != result.Failed {
			continue
		}
		for _, f := range c.Findings {
			k := kind{f.Check, gotPattern(*c, f)}
			if f.Known != nil || slices.Contains(showing[k], c) {
				continue
			}
			if showing[k] == nil {
				kinds = append(kinds, k)
			}
			showing[k] = append(showing[k], c)
		}
	}
	return kinds, showing
}

// ownBucket matches the name of a bucket that a run made, which is another in every run.
var ownBucket = regexp.MustCompile(`corsprobe-[0-9a-f]{12}-[0-9a-z]+`)

// gotPattern is what came, with {origin} for the cell's own origin and * for what else differs from cell to cell and from run to run: the
// requested headers, the bucket.
func gotPattern(c result.Cell, f result.Finding) string {
	got := strings.ToValidUTF8(scenarios.Literal(f.Got), "*") // YAML holds no other text
	got = strings.ReplaceAll(got, redact.Redacted, "*")
	got = ownBucket.ReplaceAllString(got, "*")
	if f.How == result.NoDocument && f.Came != nil && f.Came.Body != "" {
		return judge.NoDocument("*") // such bodies hold the time and the request's id
	}
	if c.Point == nil {
		return got
	}
	if o := c.Point.Origin; o != nil {
		got = instead(got, *o, "{origin}")
	}
	return instead(got, c.Point.Headers, "*")
}

// instead replaces a whole value within got, a literal: what ends it is a list's separator, or nothing.
func instead(got, value, by string) string {
	if value == "" || value == "none" {
		return got
	}
	before, after, found := strings.Cut(got, ": "+scenarios.Literal(value))
	if found && (after == "" || strings.HasPrefix(after, ";")) {
		return before + ": " + by + instead(after, value, by)
	}
	return got
}

// covering makes entries for one kind, each as wide as it can be without naming a cell that does not show it.
func covering(k kind, showing []*result.Cell, ids []string) []scenarios.Deviation {
	shows := map[string]bool{}
	for _, c := range showing {
		shows[c.ID] = true
	}
	var without []string
	for _, id := range ids {
		if !shows[id] {
			without = append(without, id)
		}
	}
	var entries []scenarios.Deviation
	for _, c := range showing {
		if slices.ContainsFunc(entries, func(e scenarios.Deviation) bool { return scenarios.Glob(e.Cells, c.ID) }) {
			continue
		}
		entries = append(entries, scenarios.Deviation{Cells: widest(*c, without), Check: k.check, Got: k.got})
	}
	return entries
}

// widest is a glob that fits a cell and none of the others: all of its topic or scenario, or its id with * for as many parts after the
// scenario's as may be.
func widest(c result.Cell, others []string) string {
	parts := strings.Split(c.ID, "/")
	fitsNone := func(glob string) bool {
		return !slices.ContainsFunc(others, func(id string) bool { return strings.HasPrefix(id, parts[0]+"/") && scenarios.Glob(glob, id) })
	}
	scenario := strings.Count(c.Scenario, "/") + 1
	for n := 1; n <= scenario; n++ {
		if glob := below(parts[:n]); fitsNone(glob) {
			return glob
		}
	}
	end := len(parts) // of what does not end in *
	for i := len(parts) - 1; i >= scenario; i-- {
		exact := parts[i]
		parts[i] = "*"
		if !fitsNone(strings.Join(parts, "/")) {
			parts[i] = exact
		} else if end == i+1 {
			end = i
		}
	}
	if glob := below(parts[:end]); end < len(parts)-1 && fitsNone(glob) {
		return glob
	}
	return strings.Join(parts, "/")
}

func below(parts []string) string { return strings.Join(parts, "/") + "/**" }
