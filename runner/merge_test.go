package runner

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// part is the report of one of three shards, with one cell of that verdict.
func part(index int, v result.Verdict) Part {
	r := result.Report{
		Version: result.Version,
		Run: result.Run{
			ID: fmt.Sprintf("run-%d", index), Tool: "corsprobe 1", Started: noon.Add(time.Duration(index) * time.Second), Duration: 10 * time.Second,
			Digest: fmt.Sprintf("sha256:part%d", index), Plan: "sha256:whole", Shard: &result.Shard{Index: index, Total: 3},
		},
		Endpoint:     result.Endpoint{URL: "https://s3.example.com", Server: "ExampleS3"},
		Observations: []result.Observation{{Point: "origin null", Choice: "answers", Cells: index}},
		Scenarios:    []result.Scenario{{ID: fmt.Sprintf("s/%d", index)}},
		Cells:        []result.Cell{{ID: fmt.Sprintf("s/%d/x", index), Scenario: fmt.Sprintf("s/%d", index), Verdict: v}},
	}
	if v == result.Failed {
		r.Cells[0].Findings = []result.Finding{{Check: "actual.vary", Class: result.Cache}}
	}
	r.Summary = result.Summarise(r.Cells)
	return Part{Name: fmt.Sprintf("%d.json", index), Report: r}
}

func TestMerge(t *testing.T) {
	got, err := Merge([]Part{part(3, result.Passed), part(1, result.Passed), part(2, result.Failed)})
	if err != nil {
		t.Fatal(err)
	}
	want := result.Report{
		Version:      result.Version,
		Run:          result.Run{ID: "run-3", Tool: "corsprobe 1", Started: noon.Add(time.Second), Duration: 12 * time.Second, Digest: "sha256:whole"},
		Endpoint:     result.Endpoint{URL: "https://s3.example.com", Server: "ExampleS3"},
		Summary:      result.Summary{Cells: 3, Passed: 2, Failed: 1, Findings: map[result.Class]int{result.Cache: 1}},
		Observations: []result.Observation{{Point: "origin null", Choice: "answers", Cells: 6}},
	}
	want.Run.ID = "run-1"
	for i, v := range []result.Verdict{result.Passed, result.Failed, result.Passed} {
		p := part(i+1, v)
		want.Cells, want.Scenarios = append(want.Cells, p.Report.Cells...), append(want.Scenarios, p.Report.Scenarios...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// changed is a part with something else about it.
func changed(p Part, change func(*result.Report)) Part {
	change(&p.Report)
	return p
}

func TestMergeIncomplete(t *testing.T) {
	cut := changed(part(1, result.Passed), func(r *result.Report) { r.Run.Incomplete = "interrupted" })
	for _, c := range []struct {
		name  string
		parts []Part
		want  string
	}{
		{"one missing", []Part{part(1, result.Passed), part(3, result.Passed)}, "of 3 shards these are missing: 2"},
		{"two missing", []Part{part(2, result.Passed)}, "of 3 shards these are missing: 1, 3"},
		{"one interrupted", []Part{cut, part(2, result.Passed), part(3, result.Passed)}, "shard 1 of 3: interrupted"},
		{"both", []Part{cut, part(2, result.Passed)}, "shard 1 of 3: interrupted; of 3 shards these are missing: 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Merge(c.parts)
			if err != nil || r.Run.Incomplete != c.want {
				t.Errorf("incomplete: %q, want %q; %v", r.Run.Incomplete, c.want, err)
			}
			if complete := r.Run.Digest != ""; complete != (len(MissingShards(c.parts)) == 0) {
				t.Errorf("digest %q", r.Run.Digest)
			}
		})
	}
}

func TestMergeMisfits(t *testing.T) {
	other := func(change func(*result.Report)) []Part {
		return []Part{part(1, result.Passed), changed(part(2, result.Passed), change)}
	}
	for _, c := range []struct {
		name  string
		parts []Part
		want  string
	}{
		{"another plan", other(func(r *result.Report) { r.Run.Plan = "sha256:other" }), "2.json is of another plan than 1.json: sha256:other, not sha256:whole"},
		{"another endpoint", other(func(r *result.Report) { r.Endpoint.URL = "https://s3.other.example" }), "2.json is of another endpoint than 1.json: https://s3.other.example, not https://s3.example.com"},
		{"another version", other(func(r *result.Report) { r.Run.Tool = "corsprobe 2" }), "2.json is of another version than 1.json: corsprobe 2, not corsprobe 1"},
		{"another total", other(func(r *result.Report) { r.Run.Shard = &result.Shard{Index: 2, Total: 4} }), "2.json is of another number of shards than 1.json: 4, not 3"},
		{"twice", []Part{part(1, result.Passed), changed(part(1, result.Passed), func(*result.Report) {})}, "1.json and 1.json are both shard 1"},
		{"no shard", other(func(r *result.Report) { r.Run.Shard = nil }), "2.json is no shard: it is the report of a run without --shard"},
		{"impossible", other(func(r *result.Report) { r.Run.Shard = &result.Shard{Index: 4, Total: 3} }), "2.json says it is shard 4 of 3"},
		{"all at once", other(func(r *result.Report) { r.Run.Plan, r.Endpoint.URL = "sha256:other", "https://s3.other.example" }),
			"2.json is of another plan than 1.json: sha256:other, not sha256:whole\n2.json is of another endpoint than 1.json: https://s3.other.example, not https://s3.example.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Merge(c.parts); fmt.Sprint(err) != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// The embedded server listens on another port in each process.
func TestMergeEmbedded(t *testing.T) {
	embedded := func(index int, name string) Part {
		return changed(part(index, result.Passed), func(r *result.Report) {
			r.Endpoint = result.Endpoint{URL: fmt.Sprintf("http://127.0.0.1:4000%d", index), Name: name, Embedded: true}
		})
	}
	if _, err := Merge([]Part{embedded(1, "embedded 1"), embedded(2, "embedded 1"), embedded(3, "embedded 1")}); err != nil {
		t.Error(err)
	}
	want := "2.json is of another endpoint than 1.json: embedded 2, not embedded 1"
	if _, err := Merge([]Part{embedded(1, "embedded 1"), embedded(2, "embedded 2")}); fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestMergeEmptyShard(t *testing.T) {
	empty := changed(part(3, result.Passed), func(r *result.Report) { r.Cells, r.Scenarios, r.Observations = nil, nil, nil })
	r, err := Merge([]Part{part(1, result.Passed), part(2, result.Passed), empty})
	if err != nil || r.Run.Incomplete != "" || r.Summary.Cells != 2 {
		t.Errorf("%d cells, incomplete %q, %v", r.Summary.Cells, r.Run.Incomplete, err)
	}
}

// Whether an entry is stale comes out the same from two shards as from one run.
func TestStaleAcrossShards(t *testing.T) {
	cells := []result.Cell{
		{ID: "s/1/x", Verdict: result.Failed, Findings: []result.Finding{{Check: "actual.vary", Got: "absent"}}},
		{ID: "s/2/x", Verdict: result.Passed},
	}
	entries := []scenarios.Deviation{
		{File: "k", Line: 1, Cells: "s/**", Check: "actual.vary"},            // occurs in the first shard alone
		{File: "k", Line: 2, Cells: "s/**", Check: "actual.max-age"},         // occurs in neither
		{File: "k", Line: 3, Cells: "s/2/**", Check: "actual.vary"},          // names the second's cells, and they conform
		{File: "k", Line: 4, Cells: "nowhere", Check: "actual.vary"},         // names no cell
		{File: "k", Line: 5, Cells: "left/**", Check: "actual.vary"},         // names a cell that was not selected
		{File: "k", Line: 6, Cells: "s/**", Check: "x", Until: "2020-01-01"}, // is over
	}
	judge := func(asked []result.Cell, elsewhere []string) (stale, undecided []result.StaleDeviation) {
		d := &Deviations{List: entries, NotSelected: []string{"left/x"}, InOtherShards: elsewhere}
		for _, c := range asked {
			c.Findings = append([]result.Finding{}, c.Findings...)
			d.apply(&c)
		}
		return d.stale()
	}
	whole, none := judge(cells, nil)
	if len(none) > 0 || len(whole) != 4 {
		t.Fatalf("one run: %d stale, %d undecided; want 4 and none", len(whole), len(none))
	}
	var parts []Part
	for i := range cells {
		p := part(i+1, cells[i].Verdict)
		p.Report.Run.Shard.Total = 2
		p.Report.Stale, p.Report.Undecided = judge(cells[i:i+1], []string{cells[1-i].ID})
		if len(p.Report.Undecided) == 0 {
			t.Errorf("shard %d decides alone", i+1)
		}
		parts = append(parts, p)
	}
	merged, err := Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(byWhere(whole), byWhere(merged.Stale)); diff != "" || len(merged.Undecided) > 0 {
		t.Errorf("merged (-one run +merged):\n%s\nundecided: %v", diff, merged.Undecided)
	}
	alone, err := Merge(parts[:1])
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(len(alone.Stale), " stale, ", len(alone.Undecided), " undecided")
	if got != "2 stale, 2 undecided" { // decided are the entry that names no cell and the one that is over
		t.Errorf("with a shard missing: %s", got)
	}
}

func byWhere(list []result.StaleDeviation) map[string]string {
	problems := map[string]string{}
	for _, d := range list {
		problems[d.Where] = d.Problem
	}
	return problems
}
