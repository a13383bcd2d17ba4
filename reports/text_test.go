package reports

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
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
		"aside":       "Conforms: 2 cells passed, 1 cell with known deviations set aside, 2 cells unsupported.",
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
