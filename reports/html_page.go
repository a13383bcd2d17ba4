package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// pageView is what stands above and below the scenarios.
type pageView struct {
	Policy, Title, Endpoint, Verdict string
	Tone, Glyph                      string // of the verdict
	Run                              []row
	Verdicts, Findings               []count
	Levels                           []levelView
	Baseline                         *baselineView
	Explained                        string // how far the causes go
	Causes, Open                     []causeView
	Asked                            []furtherAsked // to tell causes apart
	Questions, NotAsked              string
	Errors, Unsupported              []counted
	Known                            []knownView
	KnownHeading, Checked, Gone      string
	Picture                          picture
	Contents                         []topicView
	Checks, Topics                   []string // that the filter offers
	Stale                            []staleView
	Left                             [][]row // what clean-up could not undo
	Observations                     []observationView
	Chromium                         *result.ChromiumSummary
	Facts                            []factView
	Cells, Scenarios                 string
}

// count is how many cells have a verdict, or how many findings a class.
type count struct {
	N                           int
	Verdict, Class, Glyph, Word string
	Filter                      string // the fragment that shows them
}

// linked is a cell by its id, and where its evidence is.
type linked struct{ Anchor, ID string }

// counted is a reason and the cells that share it.
type counted struct {
	Cells, Reason string
	First         linked
}

type knownView struct {
	Name, Cells string
	Mark        count
	deviationView
	causeExample
}

// topicView is a topic in the list of contents.
type topicView struct {
	Name      string
	Scenarios []scenarioLink
}

type scenarioLink struct {
	Anchor, Name string
	Wrong        []count
}

type staleView struct{ Where, Check, Cells, Problem string }

type observationView struct {
	Point, Choice, Cells string
	Facts                []int
}

type levelView struct{ Name, State, Verdict, Glyph, Why string }

type baselineView struct {
	Title   string
	Changes []changeView
}

type changeView struct {
	Word, Cells, How string
	First            linked
}

// factView is a fact with what its strength means.
type factView struct {
	s3cors.Fact
	Means string
}

// strengths are what a fact of that strength rests on.
var strengths = map[s3cors.Strength]string{
	s3cors.Recorded: "an answer captured from AWS", s3cors.Field: "a trace or report from AWS", s3cors.AWSRun: "a suite that runs against AWS",
	s3cors.Doc: "AWS's documentation", s3cors.Peer: "other implementations only", s3cors.Open: "sources disagree or are silent",
}

func newPage(r result.Report, causes []named) pageView {
	_, words := verdict(r)
	groups := scenarioGroups(r)
	p := pageView{
		Policy: contentPolicy(),
		Title:  words, Endpoint: endpoint(r.Endpoint), Verdict: words,
		Run: runRows(r), Verdicts: verdictCounts(r.Summary), Findings: findingCounts(r.Summary), Chromium: r.Summary.Chromium,
		Errors:      countedCells(pick(r.Cells, isError)),
		Unsupported: countedCells(pick(r.Cells, func(v result.Verdict) bool { return v == result.Unsupported })),
		Known:       knownViews(pick(r.Cells, func(v result.Verdict) bool { return v == result.Known })),
		Facts:       citedFacts(r, groups), Cells: plural(len(r.Cells), "cell"), Scenarios: plural(len(groups), "scenario"),
		Causes: causeViews(r, causes), Open: openViews(r), Levels: levelViews(r), Baseline: newBaselineView(r.Baseline),
		Picture: newPicture(r), Gone: bucketsGoneWords(r), Contents: contentsOf(groups), Topics: distinct(pick(r.Cells, func(result.Verdict) bool { return true }), func(c *result.Cell) string { return brief(topicOf(c), valueLimit) }),
	}
	p.Tone, p.Glyph = tone(r)
	if f := r.FollowUp; f != nil {
		p.Asked, p.Questions, p.NotAsked = askedFurther(f), plural(len(f.Questions), "further question"), brief(f.Incomplete, valueLimit)
	}
	if len(p.Causes)+len(p.Open) == 1 { // its example is no more than what one came for
		for _, list := range [][]causeView{p.Causes, p.Open} {
			for i := range list {
				list[i].Shown = true
			}
		}
	}
	if len(causes) > 0 {
		p.Explained = explains(r, len(causes))
	}
	if len(p.Known) > 0 {
		p.KnownHeading = strings.TrimSuffix(knownHeading(r, len(p.Known)), ":")
	}
	if c := r.Summary.Checks; c != nil {
		p.Checked = plural(c.Made, "check") + ": " + checkWords(*c)
	}
	for _, check := range checksFound(r.Cells) {
		p.Checks = append(p.Checks, brief(check, valueLimit))
	}
	for _, l := range r.CleanUp {
		p.Left = append(p.Left, leftoverRows(l))
	}
	for _, d := range r.Stale {
		p.Stale = append(p.Stale, staleView{visible(d.Where), visible(d.Check), visible(d.Cells), visible(d.Problem)})
	}
	for _, o := range r.Observations {
		p.Observations = append(p.Observations, observationView{brief(o.Point, valueLimit), brief(o.Choice, valueLimit), plural(o.Cells, "cell"), o.Facts})
	}
	return p
}

// tone is how a verdict looks: what is known alone is no alarm, and not all is well either.
func tone(r result.Report) (class, glyph string) {
	switch colour, _ := verdict(r); {
	case asKnown(r) || colour == yellow:
		return "known", "≈"
	case colour == green:
		return "good", "✓"
	default:
		return "bad", "✗"
	}
}

// checkWords count what was compared: a cell in which one header differs is right in all else.
func checkWords(c result.ChecksSummary) string {
	words := []string{strconv.Itoa(c.Owed()) + " as S3 owes them"}
	if c.Otherwise > 0 {
		words = append(words, strconv.Itoa(c.Otherwise)+" otherwise")
	}
	if c.Known > 0 {
		words = append(words, strconv.Itoa(c.Known)+" known")
	}
	return strings.Join(words, ", ")
}

// contentsOf lists the scenarios by topic, in the order of their names.
func contentsOf(groups []group) []topicView {
	var all []topicView
	for _, g := range groups {
		topic, name, _ := strings.Cut(g.key, "/")
		if n := len(all); n == 0 || all[n-1].Name != visible(topic) {
			all = append(all, topicView{Name: visible(topic)})
		}
		link := scenarioLink{Anchor: scenarioAnchor(g.key), Name: visible(cmp.Or(name, topic))}
		for _, c := range tallyOf(g.cells) {
			if isWrong(result.Verdict(c.Verdict)) {
				link.Wrong = append(link.Wrong, c)
			}
		}
		last := &all[len(all)-1]
		last.Scenarios = append(last.Scenarios, link)
	}
	return all
}

// levelViews are what the run shows of the endpoint as a whole.
func levelViews(r result.Report) []levelView {
	var all []levelView
	for _, l := range Levels(r) {
		v := levelView{Name: l.Name, State: string(l.State), Why: levelWhy(l), Glyph: "?"}
		switch l.State {
		case result.Reached:
			v.Verdict, v.Glyph = string(result.Passed), glyphs[result.Passed]
		case result.Missed:
			v.Verdict, v.Glyph = string(result.Failed), glyphs[result.Failed]
		}
		all = append(all, v)
	}
	return all
}

// newBaselineView says how a run differs from an earlier one; nil where it was held against none.
func newBaselineView(b *result.Baseline) *baselineView {
	if b == nil {
		return nil
	}
	v := &baselineView{Title: fmt.Sprintf("Against the baseline %s of %s: %s", visible(b.Name), b.Started.UTC().Format(time.DateOnly), tallied(b))}
	for _, l := range []struct {
		word    string
		changes []result.Change
	}{{"worse", b.Worse}, {"better", b.Better}} {
		for _, g := range alike(l.changes) {
			v.Changes = append(v.Changes, changeView{l.word, plural(len(g.changes), "cell"), brief(g.key, valueLimit), linked{anchor(g.changes[0].ID), visible(g.changes[0].ID)}})
		}
	}
	return v
}

// runRows say when and with what the run was made.
func runRows(r result.Report) []row {
	all := []row{{label: "tool", value: visible(r.Run.Tool)}, {label: "run", value: visible(r.Run.ID)}}
	if !r.Run.Started.IsZero() {
		all = append(all, row{label: "started", value: r.Run.Started.UTC().Format(time.DateTime) + " UTC"})
	}
	all = append(all, row{label: "took", value: took(r.Run.Duration)}, row{label: "provider", value: visible(r.Endpoint.Provider)}, row{label: "plan", value: visible(r.Run.Digest)})
	if s := r.Run.Shard; s != nil {
		all = append(all, row{label: "part", value: fmt.Sprintf("%d of %d", s.Index, s.Total)})
	}
	return slices.DeleteFunc(all, func(r row) bool { return r.value == "" })
}

func verdictCounts(s result.Summary) []count {
	var all []count
	for _, c := range []struct {
		n int
		v result.Verdict
	}{{s.Failed, result.Failed}, {s.Flaky, result.Flaky}, {s.Errors, result.Error}, {s.Known, result.Known}, {s.Unsupported, result.Unsupported}, {s.Passed, result.Passed}} {
		if c.n > 0 {
			all = append(all, count{N: c.n, Verdict: string(c.v), Glyph: glyphs[c.v], Word: string(c.v), Filter: filterOf("verdict", string(c.v))})
		}
	}
	return all
}

// findingCounts counts findings by class, worst first.
func findingCounts(s result.Summary) []count {
	var all []count
	for _, class := range result.Classes {
		if n := s.Findings[class]; n > 0 {
			all = append(all, count{N: n, Class: string(class), Verdict: string(result.Failed), Glyph: shapes[string(class)][0], Word: string(class), Filter: filterOf("class", string(class))})
		}
	}
	return all
}

func linkTo(c *result.Cell) linked { return linked{Anchor: anchor(c.ID), ID: visible(c.ID)} }

func countedCells(cells []*result.Cell) []counted {
	var all []counted
	for _, g := range groupBy(cells, reasonOf) {
		all = append(all, counted{Cells: plural(len(g.cells), "cell"), Reason: brief(g.key, evidenceLimit), First: linkTo(g.cells[0])})
	}
	return all
}

// citedFacts are all that the report cites, to be looked up.
func citedFacts(r result.Report, groups []group) []factView {
	var ids []int
	for _, o := range r.Observations {
		ids = append(ids, o.Facts...)
	}
	for _, g := range groups {
		ids = append(ids, describedAs(r, g.key).Facts...)
	}
	for i := range r.Cells {
		for _, f := range r.Cells[i].Findings {
			ids = append(ids, f.Facts...)
		}
	}
	return factViews(ids)
}

func factViews(ids []int) []factView {
	slices.Sort(ids)
	var all []factView
	for _, id := range slices.Compact(ids) {
		if f, ok := s3cors.FactByID(id); ok {
			all = append(all, factView{Fact: f, Means: strengths[f.Strength]})
		}
	}
	return all
}
