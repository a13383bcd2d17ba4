package reports

import (
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// furtherAsked is what was asked further to tell some deviations apart, and what is left of them.
type furtherAsked struct {
	Between, Left string
	Questions     []string
}

// askedFurther gathers a follow-up's questions by what they were to tell apart. nil: nothing was asked.
func askedFurther(f *result.FollowUp) []furtherAsked {
	if f == nil {
		return nil
	}
	titles := map[string]string{}
	for i := range f.Cells {
		c := &f.Cells[i]
		titles[c.ID] = c.Title
		if at := place(c.File, c.Line); at != "" && c.Line > 0 {
			titles[c.ID] += ", as in " + at
		}
	}
	var all []furtherAsked
	for i, q := range f.Questions {
		if i == 0 || !slices.Equal(q.Between, f.Questions[i-1].Between) {
			left := strings.Join(q.Remaining, ", ")
			if left == "" {
				left = "none of them"
			}
			all = append(all, furtherAsked{Between: brief(strings.Join(q.Between, ", "), valueLimit), Left: brief(left, valueLimit)})
		}
		last := &all[len(all)-1]
		last.Questions = append(last.Questions, brief(titles[q.Cell], valueLimit))
	}
	return all
}

// followUp shows what was asked to tell causes apart that explained the same answers, and what is left of them.
func (t *textWriter) followUp(f *result.FollowUp) {
	if f == nil {
		return
	}
	t.blank()
	t.line(0, "asked further, where several deviations explained the same answers:")
	for _, a := range askedFurther(f) {
		t.rows(3, []row{{label: "between", value: a.Between}, {label: "left", value: a.Left}})
		for _, q := range a.Questions {
			t.rows(3, []row{{label: "asked", value: q}})
		}
	}
	if f.Incomplete != "" {
		t.wrapped(3, "not all was asked: "+brief(f.Incomplete, valueLimit))
	}
}
