package runner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// Part is the report of one shard, and the name to call it by.
type Part struct {
	Name   string
	Report result.Report
}

// Merge joins the reports of a plan's shards to the one that a single run would have given. Where shards are missing the report is
// incomplete, and says which. The error holds every reason why the parts are not of one run.
func Merge(parts []Part) (result.Report, error) {
	if err := belongTogether(parts); err != nil {
		return result.Report{}, err
	}
	parts = slices.SortedFunc(slices.Values(parts), func(a, b Part) int {
		return cmp.Compare(a.Report.Run.Shard.Index, b.Report.Run.Shard.Index)
	})
	first := parts[0].Report
	merged := result.Report{Version: first.Version, Run: mergedRun(parts), Endpoint: first.Endpoint}
	for _, p := range parts {
		merged.Cells = append(merged.Cells, p.Report.Cells...)
		merged.Scenarios = append(merged.Scenarios, p.Report.Scenarios...)
		merged.CleanUp = append(merged.CleanUp, p.Report.CleanUp...)
		if merged.Endpoint.Server == "" {
			merged.Endpoint.Server = p.Report.Endpoint.Server // an empty shard met no server
		}
	}
	merged.Summary = result.Summarise(merged.Cells)
	for _, p := range parts {
		merged.Summary.Requests += p.Report.Summary.Requests
		merged.Summary.CellRequests += p.Report.Summary.CellRequests
		merged.Summary.SlowDowns += p.Report.Summary.SlowDowns
	}
	if slices.ContainsFunc(parts, func(p Part) bool { return p.Report.Summary.Chromium != nil }) {
		merged.Summary.Chromium = result.SummariseChromium(merged.Cells)
	}
	merged.Observations = mergedObservations(parts)
	merged.Stale, merged.Undecided = mergedStale(parts)
	return merged, nil
}

// belongTogether says what keeps reports from being shards of one run, all of it.
func belongTogether(parts []Part) error {
	var problems []error
	var first *Part
	seen := map[int]string{}
	for i := range parts {
		p := &parts[i]
		shard := p.Report.Run.Shard
		if shard == nil || p.Report.Run.Plan == "" {
			problems = append(problems, fmt.Errorf("%s is no shard: it is the report of a run without --shard", p.Name))
			continue
		}
		if shard.Index < 1 || shard.Index > shard.Total {
			problems = append(problems, fmt.Errorf("%s says it is shard %d of %d", p.Name, shard.Index, shard.Total))
			continue
		}
		if first == nil {
			first = p
		}
		problems = append(problems, mismatches(*first, *p)...)
		if other, twice := seen[shard.Index]; twice {
			problems = append(problems, fmt.Errorf("%s and %s are both shard %d", other, p.Name, shard.Index))
		}
		seen[shard.Index] = p.Name
	}
	return errors.Join(problems...)
}

// mismatches lists in what two reports differ that shards of one run have in common.
func mismatches(a, b Part) []error {
	var problems []error
	for _, m := range []struct{ what, a, b string }{
		{"another plan", a.Report.Run.Plan, b.Report.Run.Plan},
		{"another number of shards", strconv.Itoa(a.Report.Run.Shard.Total), strconv.Itoa(b.Report.Run.Shard.Total)},
		{"another endpoint", whereOf(a.Report.Endpoint), whereOf(b.Report.Endpoint)},
		{"another version", a.Report.Run.Tool, b.Report.Run.Tool},
	} {
		if m.a != m.b {
			problems = append(problems, fmt.Errorf("%s is of %s than %s: %s, not %s", b.Name, m.what, a.Name, m.b, m.a))
		}
	}
	return problems
}

// whereOf identifies an endpoint. The embedded server has another port in each run, and is known by its name.
func whereOf(e result.Endpoint) string {
	if e.Embedded {
		return e.Name
	}
	return e.URL
}

// mergedRun says when the shards ran, and what is missing of them. Its digest is the plan's only where all of it was asked.
func mergedRun(parts []Part) result.Run {
	first := parts[0].Report.Run
	run := result.Run{ID: first.ID, Tool: first.Tool, Started: first.Started, Digest: first.Plan, Buckets: first.Buckets, Catalogue: first.Catalogue}
	var ended time.Time
	var wrong []string
	for _, p := range parts {
		r := p.Report.Run
		if r.Started.Before(run.Started) {
			run.Started = r.Started
		}
		if end := r.Started.Add(r.Duration); end.After(ended) {
			ended = end
		}
		if r.Incomplete != "" {
			wrong = append(wrong, fmt.Sprintf("shard %d of %d: %s", r.Shard.Index, r.Shard.Total, r.Incomplete))
		}
	}
	run.Duration = ended.Sub(run.Started)
	if missing := MissingShards(parts); len(missing) > 0 {
		run.Digest = ""
		wrong = append(wrong, fmt.Sprintf("of %d shards these are missing: %s", first.Shard.Total, numbered(missing)))
	}
	run.Incomplete = strings.Join(wrong, "; ")
	return run
}

// MissingShards lists the shards that no part is the report of.
func MissingShards(parts []Part) []int {
	var missing []int
	for i := range parts[0].Report.Run.Shard.Total {
		if !slices.ContainsFunc(parts, func(p Part) bool { return p.Report.Run.Shard.Index == i+1 }) {
			missing = append(missing, i+1)
		}
	}
	return missing
}

// mergedObservations adds up the cells that showed the same choice.
func mergedObservations(parts []Part) []result.Observation {
	var all notes
	for _, p := range parts {
		for _, o := range p.Report.Observations {
			all.add(o)
		}
	}
	return all.observations()
}

// mergedStale decides what no shard could decide alone. An entry that every shard lists as stale or undecided is stale: a shard in which it
// showed lists it as neither. While a shard is missing, what was undecided stays undecided.
func mergedStale(parts []Part) (stale, undecided []result.StaleDeviation) {
	type key struct{ where, cells, check string }
	found := map[key]*result.StaleDeviation{}
	times, decided := map[key]int{}, map[key]bool{}
	var order []key
	note := func(list []result.StaleDeviation, final bool) {
		for _, d := range list {
			k := key{d.Where, d.Cells, d.Check}
			if found[k] == nil {
				order = append(order, k)
				found[k] = &d
			}
			if d.Problem != noCell {
				found[k].Problem = d.Problem
			}
			times[k]++
			decided[k] = decided[k] || final
		}
	}
	for _, p := range parts {
		note(p.Report.Stale, true)
		note(p.Report.Undecided, false)
	}
	complete := len(MissingShards(parts)) == 0
	for _, k := range order {
		switch {
		case times[k] < len(parts):
		case complete || decided[k]:
			stale = append(stale, *found[k])
		default:
			undecided = append(undecided, *found[k])
		}
	}
	return stale, undecided
}

func numbered(shards []int) string {
	words := make([]string, len(shards))
	for i, n := range shards {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}
