package reports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// asked is a cell at a point, written "origin method headers" and further dimensions as "name=value"; an origin of "-" is none, one of ” is empty.
func asked(point string) *result.Cell {
	words := strings.Fields(point)
	p := &result.Point{Target: "object", Addressing: "auto", Authorisation: "presigned", Method: words[1], Headers: words[2]}
	if origin := strings.Trim(words[0], "'"); origin != "-" {
		p.Origin = &origin
	}
	for _, word := range words[3:] {
		name, value, _ := strings.Cut(word, "=")
		if p.Further == nil {
			p.Further = map[string]string{}
		}
		p.Further[name] = value
	}
	return &result.Cell{ID: point, Point: p, Verdict: result.Passed}
}

// drawn renders a matrix: its caption, its rows of headings with spans, its rows with the number of each column's cells.
func drawn(m matrix) []string {
	show := func(l label) string {
		if l.Words {
			return "(" + l.Text + ")"
		}
		return l.Text
	}
	var common []string
	for _, l := range m.Common[3:] {
		common = append(common, show(l))
	}
	lines := []string{"all: " + strings.Join(common, " ")}
	for _, row := range m.Heads {
		line := strings.Join(m.Corner, "+") + ":"
		for _, h := range row {
			line += fmt.Sprintf(" %s/%d", show(h.Label), h.Span)
		}
		lines = append(lines, line)
	}
	for _, row := range m.Rows {
		var labels []string
		for _, l := range row.Labels {
			labels = append(labels, show(l))
		}
		line := strings.Join(labels, "+")
		if row.Note != "" {
			line += " [" + row.Note + "]"
		}
		for _, cells := range row.Cells {
			line += fmt.Sprintf(" %d", len(cells))
		}
		lines = append(lines, line)
	}
	return lines
}

func TestMatrix(t *testing.T) {
	for name, tc := range map[string]struct{ points, want []string }{
		"one cell": {
			points: []string{"https://a PUT none"},
			want:   []string{"all: PUT (no headers)", "Origin: (Verdict)/1", "https://a 1"},
		},
		"origins": {
			points: []string{"https://a GET none", "- GET none", "'' GET none", "null GET none"},
			want:   []string{"all: GET (no headers)", "Origin: (Verdict)/1", "https://a 1", "(no Origin) 1", "(an empty Origin) 1", "null 1"},
		},
		"origins and methods": {
			points: []string{"https://a GET none", "https://a PUT none", "https://b PUT none", "https://b none none"},
			want:   []string{"all: (no headers)", "Origin: GET/1 PUT/1 (no method)/1", "https://a 1 1 0", "https://b 0 1 1"},
		},
		"origins and headers": {
			points: []string{"https://a PUT none", "https://a PUT x-a", "https://b PUT x-a"},
			want:   []string{"all: PUT", "Origin: (no headers)/1 x-a/1", "https://a 1 1", "https://b 0 1"},
		},
		"everything, methods apart": {
			points: []string{"https://a GET none", "https://a PUT none", "https://b PUT x-a", "https://b GET x-b"},
			want:   []string{"all: ", "Origin: GET/2 PUT/2", "Origin: (no headers)/1 x-b/1 (no headers)/1 x-a/1", "https://a 1 0 1 0", "https://b 0 1 0 1"},
		},
		"headers are rows where there is one origin": {
			points: []string{"https://a GET none", "https://a GET x-a", "https://a PUT x-a,x-b"},
			want:   []string{"all: https://a", "Headers: GET/1 PUT/1", "(no headers) 1 0", "x-a 1 0", "x-a,x-b 0 1"},
		},
		"methods alone": {
			points: []string{"https://a GET none", "https://a PUT none"},
			want:   []string{"all: (no headers)", "Origin: GET/1 PUT/1", "https://a 1 1"},
		},
		"a further dimension apart": {
			points: []string{"https://a GET none client=chromium", "https://a GET none client=firefox", "https://b GET none"},
			want:   []string{"all: GET (no headers)", "Origin+Client: (Verdict)/1", "https://a+chromium 1", "https://a+firefox 1", "https://b+(as usual) 1"},
		},
		"a further dimension of one value": {
			points: []string{"https://a GET none client=chromium", "https://b GET none client=chromium"},
			want:   []string{"all: GET (no headers) (Client: chromium)", "Origin: (Verdict)/1", "https://a 1", "https://b 1"},
		},
		"further dimensions alone": {
			points: []string{"https://a GET none key=x size=1", "https://a GET none key=x size=2", "https://a GET none key=y size="},
			want:   []string{"all: GET (no headers) https://a", "Key+Size: (Verdict)/1", "x+1 1", "x+2 1", "y+(empty) 1"},
		},
		"a dimension that decides the method": {
			points: []string{"https://a GET none operation=GetObject", "https://a PUT none operation=PutObject", "https://b GET none operation=GetObject"},
			want:   []string{"all: (no headers)", "Origin+Operation+Method: (Verdict)/1", "https://a+GetObject+GET 1", "https://a+PutObject+PUT 1", "https://b+GetObject+GET 1"},
		},
		"a dimension that does not": {
			points: []string{"https://a GET none client=chromium", "https://a PUT none client=chromium", "https://a PUT x-a client=firefox"},
			want:   []string{"all: https://a", "Headers+Client: GET/1 PUT/1", "(no headers)+chromium 1 1", "x-a+firefox 0 1"},
		},
		"the same point twice": {
			points: []string{"https://a GET none", "https://a GET none"},
			want:   []string{"all: GET (no headers)", "Origin: (Verdict)/1", "https://a 2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var cells []*result.Cell
			for _, p := range tc.points {
				cells = append(cells, asked(p))
			}
			all := matrices(cells, newMark)
			if len(all) != 1 {
				t.Fatalf("%d matrices", len(all))
			}
			if diff := cmp.Diff(tc.want, drawn(all[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every combination of target, addressing and authorisation has a table, and an adversarial origin says what it would be taken for.
func TestMatrices(t *testing.T) {
	first, second, third, fourth := asked("https://a GET none"), asked("https://a GET none"), asked("https://a GET none"), asked("https://a.evil GET none")
	second.Point.Target, third.Point.Authorisation = "bucket", "signed"
	fourth.Point.Adversarial = "suffix of https://a"
	got := matrices([]*result.Cell{first, second, third, fourth}, newMark)
	want := [][]label{
		{words("object"), words("presigned"), words("auto addressing")},
		{words("bucket"), words("presigned"), words("auto addressing")},
		{words("object"), words("signed"), words("auto addressing")},
	}
	if len(got) != len(want) {
		t.Fatalf("%d matrices, want %d", len(got), len(want))
	}
	for i, m := range got {
		if diff := cmp.Diff(want[i], m.Common[:3]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{"all: GET (no headers)", "Origin: (Verdict)/1", "https://a 1", "https://a.evil [suffix of https://a] 1"}, drawn(got[0])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Steps come in the order of the scenario, those that it does not describe after, those without a cell not at all.
func TestBySteps(t *testing.T) {
	at := func(step string) *result.Cell { return &result.Cell{ID: step, Step: step} }
	got := bySteps([]*result.Cell{at("second"), at("unheard of"), at("first"), at("second")}, []result.Step{{Name: "first", Call: "PutBucketCors"}, {Name: "empty"}, {Name: "second"}})
	var steps []string
	for _, s := range got {
		steps = append(steps, fmt.Sprintf("%s %q %v %d", s.step.Name, s.step.Call, s.described, len(s.cells)))
	}
	if diff := cmp.Diff([]string{`first "PutBucketCors" true 1`, `second "" true 2`, `unheard of "" false 1`}, steps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A glyph and a word stand for every verdict; a failed cell's word is the worst class of its findings that are not known.
func TestHTMLMark(t *testing.T) {
	known := result.Finding{Class: result.Exposure, Known: &result.Deviation{Reason: "listed"}}
	cache, contract := result.Finding{Class: result.Cache}, result.Finding{Class: result.Contract}
	for _, tc := range []struct {
		verdict  result.Verdict
		findings []result.Finding
		want     string
	}{
		{result.Passed, nil, "passed ✓ passed "},
		{result.Failed, []result.Finding{known, contract, cache}, "failed ✗ cache cache contract exposure"},
		{result.Failed, nil, "failed ✗ failed "},
		{result.Failed, []result.Finding{{Class: "new class"}}, "failed ✗ unknown unknown"},
		{result.Flaky, []result.Finding{cache}, "flaky ⇄ flaky cache cache"},
		{result.Known, []result.Finding{known}, "known ≈ known exposure"},
		{result.Unsupported, nil, "unsupported – unsupported "},
		{result.Error, nil, "error ! error "},
		{"fine", nil, "error ! error "},
	} {
		k := newKinds(nil)
		m := k.mark(&result.Cell{Verdict: tc.verdict, Findings: tc.findings})
		if got := strings.Join([]string{m.Verdict, m.Glyph, m.Word, strings.Join(k.list[m.Kind].Classes, " ")}, " "); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.verdict, got, tc.want)
		}
	}
}

// An anchor hangs on the cell's id alone: links to a report hold from run to run and release to release.
func TestAnchor(t *testing.T) {
	if got, want := anchor("origins/exact/object"), "c-5d6adf3b34c1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
