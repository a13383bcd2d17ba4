package reports

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// picture is the whole report at a glance: a row for each topic, a column for each check, and in each place how many cells differ in it.
type picture struct {
	Parts []picturePart
	Rows  []pictureRow
}

// picturePart is the exchange that some columns are of.
type picturePart struct {
	Name    string
	Columns []pictureColumn
}

type pictureColumn struct{ Check, Word string }

type pictureRow struct {
	Topic, Cells string
	Filter       string // the fragment that shows its cells
	Spots        []pictureSpot
}

// pictureSpot is one check in one topic.
type pictureSpot struct {
	Class  string // the worst of what differs
	Known  bool   // all that differs is known
	Asked  bool
	N      int // cells that differ
	Shape  string
	Filter string
}

// shapes tell classes apart without colour: filled where something is wrong, hollow where all of it is known.
var shapes = map[string][2]string{
	string(result.Exposure): {"▲", "△"}, string(result.Breakage): {"■", "□"}, string(result.Cache): {"●", "○"}, string(result.Contract): {"◆", "◇"}, "unknown": {"✗", "≈"},
}

// Shapes lists what stands for each class, for a legend.
func (p picture) Shapes() []count {
	var all []count
	for _, c := range result.Classes {
		all = append(all, count{Class: string(c), Verdict: string(result.Failed), Glyph: shapes[string(c)][0], Word: string(c)})
	}
	return all
}

// usualChecks are looked for wherever there is such an exchange: a picture has them even where nothing differs.
func usualChecks() []string {
	all := []string{"config.status", "preflight.status", "actual.status"}
	for _, part := range []string{"preflight.", "actual."} {
		for _, h := range s3cors.Headers {
			all = append(all, part+h.Check)
		}
	}
	return all
}

func newPicture(r result.Report) picture {
	columns := usualChecks()
	for _, check := range checksFound(r.Cells) {
		if !slices.Contains(columns, check) {
			columns = append(columns, check)
		}
	}
	slices.SortStableFunc(columns, func(a, b string) int { return cmp.Compare(partRank(a), partRank(b)) })
	p := picture{Parts: pictureParts(columns)}
	for _, g := range groupBy(pick(r.Cells, func(result.Verdict) bool { return true }), topicOf) {
		row := pictureRow{Topic: brief(g.key, valueLimit), Cells: plural(len(g.cells), "cell"), Filter: filterOf("topic", g.key)}
		parts := askedParts(g.cells)
		spots := pictureSpots(g.cells)
		for _, check := range columns {
			s := spots[check]
			part, _, _ := strings.Cut(check, ".")
			s.Asked = s.N > 0 || parts[part]
			if s.N > 0 {
				s.Shape = shapes[s.Class][0]
				if s.Known {
					s.Shape = shapes[s.Class][1]
				}
				s.Filter = filterOf("topic", g.key, "check", brief(check, valueLimit))
			}
			row.Spots = append(row.Spots, s)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func pictureParts(columns []string) []picturePart {
	var all []picturePart
	for _, check := range columns {
		part, word, _ := strings.Cut(check, ".")
		if n := len(all); n == 0 || all[n-1].Name != visible(part) {
			all = append(all, picturePart{Name: visible(part)})
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, pictureColumn{brief(check, valueLimit), brief(cmp.Or(word, part), 40)})
	}
	return all
}

// topicOf is the first part of a scenario's id.
func topicOf(c *result.Cell) string {
	topic, _, _ := strings.Cut(c.Scenario, "/")
	return topic
}

// askedParts are the exchanges that some cells made.
func askedParts(cells []*result.Cell) map[string]bool {
	asked := map[string]bool{}
	for _, c := range cells {
		for _, ex := range c.Exchanges {
			if slices.Contains(parts, ex.Kind) {
				asked[ex.Kind] = true
			} else {
				asked["config"] = true
			}
		}
	}
	return asked
}

// pictureSpots count by check how many cells differ in it. What is known counts where there is nothing else.
func pictureSpots(cells []*result.Cell) map[string]pictureSpot {
	spots := map[string]pictureSpot{}
	for _, known := range []bool{false, true} {
		for _, found := range causesOf(cells, func(f result.Finding) bool { return (f.Known != nil) == known }, byCheck) { // worst first
			if _, seen := spots[found.check]; !seen {
				spots[found.check] = pictureSpot{Class: className(found.class), Known: known, N: cellsWith(cells, found.check, known)}
			}
		}
	}
	return spots
}

// cellsWith counts cells that differ in a check.
func cellsWith(cells []*result.Cell, check string, known bool) int {
	n := 0
	for _, c := range cells {
		if slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Check == check && (f.Known != nil) == known }) {
			n++
		}
	}
	return n
}

// filterOf is the fragment of a page's address that sets its filter.
func filterOf(pairs ...string) string {
	values := make([]string, 0, len(pairs)/2)
	for pair := range slices.Chunk(pairs, 2) {
		values = append(values, fmt.Sprintf("%s=%s", pair[0], url.QueryEscape(visible(pair[1]))))
	}
	return "#?" + strings.Join(values, "&")
}
