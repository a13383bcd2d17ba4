package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// kind is what the filter of a page knows of a cell beside the words around it. Few cells have a kind of their own, so each names one of a list.
type kind struct {
	Verdict string   `json:"verdict"`
	Classes []string `json:"classes,omitempty"`
	Checks  []string `json:"checks,omitempty"`
	Causes  []int    `json:"causes,omitempty"` // their numbers on the page
}

// kinds numbers the kinds of a report's cells.
type kinds struct {
	list   []kind
	index  map[string]int
	causes map[string][]int // by cell
}

func newKinds(causes []named) *kinds {
	k := &kinds{index: map[string]int{}, causes: map[string][]int{}}
	for i, c := range causes {
		for _, id := range c.Cells {
			k.causes[id] = append(k.causes[id], i+1)
		}
	}
	return k
}

// mark is what a matrix shows of a cell.
func (k *kinds) mark(c *result.Cell) *mark {
	m := newMark(c)
	m.Kind = k.of(c, m.Verdict)
	return m
}

// of is the number of a cell's kind.
func (k *kinds) of(c *result.Cell, verdict string) int {
	one := kind{Verdict: verdict, Causes: k.causes[c.ID]}
	for _, f := range worstFirst(c.Findings) {
		if name := className(f.Class); !slices.Contains(one.Classes, name) {
			one.Classes = append(one.Classes, name)
		}
		if check := brief(f.Check, valueLimit); !slices.Contains(one.Checks, check) {
			one.Checks = append(one.Checks, check)
		}
	}
	slices.Sort(one.Checks)
	key := fmt.Sprintf("%#v", one)
	at, seen := k.index[key]
	if !seen {
		at = len(k.list)
		k.index[key] = at
		k.list = append(k.list, one)
	}
	return at
}

// checksFound lists the checks of a report's findings, in the order of their names.
func checksFound(cells []result.Cell) []string {
	seen := map[string]bool{}
	var all []string
	for i := range cells {
		for _, f := range cells[i].Findings {
			if !seen[f.Check] {
				seen[f.Check] = true
				all = append(all, f.Check)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(partRank(a), partRank(b)), cmp.Compare(a, b)) })
	return all
}

// parts are the exchanges that checks speak of, in the order in which they are made.
var parts = []string{"config", "preflight", "actual"}

// partRank orders checks by the exchange that they speak of.
func partRank(check string) int {
	part, _, _ := strings.Cut(check, ".")
	if i := slices.Index(parts, part); i >= 0 {
		return i
	}
	return len(parts)
}
