package reports

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

func text(t *testing.T, r result.Report, opts TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteText(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextGolden(t *testing.T) {
	for name, opts := range map[string]TextOptions{
		"text.txt":         {},
		"text-verbose.txt": {Verbose: true},
		"text-narrow.txt":  {Width: 60},
		"text-color.txt":   {Color: true},
	} {
		golden(t, name, []byte(text(t, sample(), opts)))
	}
	golden(t, "text-clean.txt", []byte(text(t, clean(), TextOptions{})))
	golden(t, "text-baseline.txt", []byte(text(t, held(), TextOptions{})))
}

func TestTextFormatIsPlain(t *testing.T) {
	if got := string(render(t, Text, sample())); got != text(t, sample(), TextOptions{}) {
		t.Error("the text format differs from WriteText's default")
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestTextColourCarriesNoMeaning(t *testing.T) {
	plain, coloured := text(t, sample(), TextOptions{}), text(t, sample(), TextOptions{Color: true})
	if plain == coloured || ansi.ReplaceAllString(coloured, "") != plain {
		t.Error("without its colours the text is another")
	}
}

// Nothing that an endpoint sent may reach a terminal as a control character.
func TestTextIsHarmless(t *testing.T) {
	for _, opts := range []TextOptions{{}, {Verbose: true}} {
		for i, r := range text(t, sample(), opts) {
			if r != '\n' && (r < ' ' || (r >= 0x7f && r < 0xa0) || r == 0x202e || r == 0xfffd) {
				t.Fatalf("%U at byte %d, verbose %v", r, i, opts.Verbose)
			}
		}
	}
}

func TestTextStaysShort(t *testing.T) {
	if n := len(text(t, sample(), TextOptions{Verbose: true})); n > 60<<10 {
		t.Errorf("%d bytes", n)
	}
}

func TestTextVerboseListsEveryCell(t *testing.T) {
	r := sample()
	got := text(t, r, TextOptions{Verbose: true})
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Verdict != result.Passed && !strings.Contains(got, visible(c.ID)) {
			t.Errorf("the %s cell %s is missing", c.Verdict, visible(c.ID))
		}
	}
	if strings.Contains(got, "--verbose") {
		t.Error("asks for what it was given")
	}
}

// Quiet is the verdict and what must not be missed, and nothing else.
func TestTextQuiet(t *testing.T) {
	for _, r := range []result.Report{clean(), sample(), left()} {
		got, whole := text(t, r, TextOptions{Quiet: true}), text(t, r, TextOptions{})
		if _, words := verdict(r); !strings.HasPrefix(got, words+"\n") || !strings.HasSuffix(whole, "\n\n"+got) || strings.Count(got, "\n") != 1+len(r.CleanUp) {
			t.Errorf("got\n%s", got)
		}
	}
}

func TestTextGroups(t *testing.T) {
	got := text(t, sample(), TextOptions{})
	inOrder(t, got, "origins/exact  scenarios/origins.yaml:12", "in 5 cells:", "… and 2 more; --verbose lists them", "[exposure] actual.allow-origin",
		"(fact 23)", "origins/exact  scenarios/origins.yaml:30", "… and 3 cells more with other values in [exposure] actual.allow-origin")
}

func TestVerdictInWords(t *testing.T) {
	for name, want := range map[string]string{
		"clean":       "Conforms: 2 cells passed.",
		"aside":       "Conforms, known deviations aside: 2 cells passed, 1 cell differs as is known, 2 cells unsupported.",
		"failed":      "Does not conform: 1 cell failed; 1 cell answered in two ways.",
		"flaky":       "Flaky: 1 cell answered in two ways.",
		"error":       "No judgement: 5 cells could not be judged.",
		"unsupported": "No judgement: this endpoint supports none of 2 cells.",
		"none":        "No judgement: no cell was run.",
		"odd":         "No judgement: 1 cell could not be judged.",
		"stale":       "Stale known deviations: 2 known deviations to remove or correct.",
		"incomplete":  "Incomplete: interrupted; 1 cell failed.",
		"left":        "NOT CLEANED UP: clean-up failed: it hangs",
		"empty shard": "Nothing to judge: no cell fell to shard 3 of 3; the other shards hold them all.",
		"cut shard":   "Incomplete: interrupted; no cell was run.",
		"worse":       "Worse than the baseline: 1 cell got worse.",
		"as before":   "No worse than the baseline: 2 cells passed, 2 cells as bad as before.",
	} {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(strings.TrimRight(text(t, outcome(name), TextOptions{}), "\n"), "\n")
			if got := lines[len(lines)-1]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// outcome is a report that ends as its name says.
func outcome(name string) result.Report {
	r := clean()
	switch name {
	case "aside":
		r.Cells = append(r.Cells, setAside()[5:]...)
	case "failed":
		r.Cells = append(r.Cells, broken(), flaky())
	case "flaky":
		r.Cells = append(r.Cells, flaky())
	case "error":
		r.Cells = append(r.Cells, setAside()[:5]...)
	case "unsupported":
		r.Cells = setAside()[5:7]
	case "none":
		r.Cells = nil
	case "stale":
		r.Stale = sample().Stale
	case "empty shard", "cut shard":
		r.Cells, r.Run.Shard = nil, &result.Shard{Index: 3, Total: 3}
		if name == "cut shard" {
			r.Run.Incomplete = "interrupted"
		}
	case "worse":
		r.Cells = append(r.Cells, broken(), flaky())
		r.Baseline = &result.Baseline{Worse: []result.Change{{ID: flaky().ID, After: result.Flaky}}}
	case "as before":
		r.Cells = append(r.Cells, broken(), flaky())
		r.Baseline = &result.Baseline{}
	case "left":
		r.CleanUp = []result.Leftover{{Kind: result.LeftoverOther, Problem: "it hangs"}}
	case "incomplete":
		r.Cells, r.Run.Incomplete = append(r.Cells, broken()), "interrupted"
	}
	r.Summary = tally(r.Cells)
	if name == "odd" {
		r.Cells[0].Verdict = ""
	}
	return r
}

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 20, []string{"one two three"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"a verylongwordthatstays whole", 10, []string{"a", "verylongwordthatstays", "whole"}},
		{"verylongwordthatstays", 10, []string{"verylongwordthatstays"}},
		{"éé éé éé", 5, []string{"éé éé", "éé"}},
		{" leading and trailing ", 8, []string{" leading", "and", "trailing", ""}},
	} {
		if got := Wrap(tc.in, tc.width); !slices.Equal(got, tc.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tc.in, tc.width, got, tc.want)
		}
	}
}

func TestTextOfManyCellsIsBounded(t *testing.T) {
	r := clean()
	for i := range 1000 {
		r.Cells = append(r.Cells, reflectedCell("GET", fmt.Sprintf("https://%d.example", i)))
	}
	r.Summary = tally(r.Cells)
	if n := strings.Count(text(t, r, TextOptions{}), "\n"); n > 50 {
		t.Errorf("%d lines for 1000 cells that fail alike", n)
	}
}

// TestTextOfManyCauses: the worst cause is told in full, others have a line each, and what is left out is said.
func TestTextOfManyCauses(t *testing.T) {
	r := manyCauses(20)
	got := text(t, r, TextOptions{Width: 80})
	inOrder(t, got, "20 causes explain all 20 failed cells\n\n1  exposure  1 cell  Cause 0.\n", "   curl      curl -sS\n   deviation  deviation-0\n",
		"\nbreakage: a page is stopped from what the configuration permits\n  1 cell  Cause 1.\n", "  1 cell  Cause 12.\n  … and 7 more, no worse\n\nnot explained: nothing\n\n",
		"--verbose also tells: what each cause does, with an example; 2 further questions\nto tell deviations apart; why 6 cells are unsupported; what this endpoint does\nin 6 cases where S3's behaviour is open.\n")
	for _, absent := range []string{"Cause 13", "because 1", "point 1", "asked further"} {
		if strings.Contains(got, absent) {
			t.Errorf("holds %q:\n%s", absent, got)
		}
	}
	if n := strings.Count(got, "\n"); n > 45 {
		t.Errorf("%d lines are more than a screen", n)
	}
	whole := text(t, r, TextOptions{Verbose: true})
	inOrder(t, whole, "\n20  breakage  1 cell  Cause 19.\n", "   curl      curl -sS", "   deviation  deviation-19\n", "asked further", "because 1", "point 1")
}

// manyCauses is a report with so many causes of a failed cell each, the first of another class, and more of everything than a screen holds.
func manyCauses(n int) result.Report {
	var r result.Report
	for i := range n {
		class := result.Breakage
		if i == 0 {
			class = result.Exposure
		}
		c := result.Cell{ID: fmt.Sprintf("a/%d", i), Scenario: "a", Verdict: result.Failed, Curl: []string{"curl -sS"}}
		c.Findings = []result.Finding{{Check: "preflight.status", Class: class, Expected: "200", Got: "403"}}
		c.Exchanges = []result.Exchange{{Kind: "preflight"}}
		r.Cells = append(r.Cells, c)
		r.Causes = append(r.Causes, result.Cause{Deviation: fmt.Sprintf("deviation-%d", i), Class: class, Summary: fmt.Sprintf("Cause %d.", i), Checks: []string{"preflight.status"}, Cells: []string{c.ID}})
	}
	for i := range mostReasons + 1 {
		r.Cells = append(r.Cells, result.Cell{ID: fmt.Sprintf("b/%d", i), Verdict: result.Unsupported, Reason: fmt.Sprintf("because %d", i)})
		r.Observations = append(r.Observations, result.Observation{Point: fmt.Sprintf("point %d", i), Choice: "so"})
	}
	r.FollowUp = &result.FollowUp{Questions: make([]result.FollowUpQuestion, 2)}
	r.Run.Buckets, r.Summary = result.BucketsRemoved, tally(r.Cells)
	return r
}

// TestTextOfManyFailures: without causes, the worst scenarios are shown, and the others counted.
func TestTextOfManyFailures(t *testing.T) {
	var r result.Report
	for i := range 50 {
		class := result.Contract
		if i == 49 {
			class = result.Exposure
		}
		r.Cells = append(r.Cells, result.Cell{ID: fmt.Sprintf("s%d/x", i), Scenario: fmt.Sprintf("s%d", i), Verdict: result.Failed, Findings: []result.Finding{{Check: "actual.vary", Class: class, Expected: strconv.Itoa(i)}}})
	}
	r.Summary = tally(r.Cells)
	got := text(t, r, TextOptions{})
	inOrder(t, got, "Failed: 50 cells\n\ns49  ", "\ns0  ", "\ns1  ", "\ns2  ", "\n\n… and 46 cells more of 46 scenarios; --verbose lists them\n")
	if strings.Contains(got, "s3/x") {
		t.Errorf("shows more than it says:\n%s", got)
	}
	for i, whole := 0, text(t, r, TextOptions{Verbose: true}); i < 50; i++ {
		if !strings.Contains(whole, fmt.Sprintf("s%d/x", i)) {
			t.Errorf("--verbose does not list s%d/x", i)
		}
	}
}
