package followup

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/fetch"
	"corsprobe/runner/fuzz"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// question is a scenario of which one cell, or one configuration call, is asked for its own sake.
type question struct {
	planned scenarios.Planned
	id      string // of the cell or call
	between []dialect.Deviation
}

// madeUp is how many cases are made up for what the catalogue does not tell apart, of which those are used that can be predicted, and seed what
// they are made of: the same every time.
const (
	madeUp = 600
	seed   = 1
)

// choose finds for each group of rivals the questions that tell all of them apart, as few as there need be.
func choose(rivals []diagnose.Rival, asked result.Report, most int) []question {
	known := map[string]bool{}
	for _, c := range asked.Cells {
		known[c.ID] = true
	}
	var chosen []question
	for _, r := range rivals {
		alike := make([]int, len(r.Dialects)) // rivals of one number are not told apart yet
		for _, plan := range []func() scenarios.Plan{catalogue, cases} {
			if slices.Max(alike) == len(alike)-1 { // each has a number of its own: it takes seconds to make cases up
				break
			}
			for _, q := range refine(alike, predict(r, plan(), known), most-len(chosen)) {
				known[q.id], q.between = true, r.Deviations
				chosen = append(chosen, q)
			}
		}
	}
	return chosen
}

// predicted is a question with what each rival dialect would answer, as numbers: those with the same number would answer alike.
type predicted struct {
	question
	classes []int
}

// predict are the questions of a plan on which rivals differ.
func predict(r diagnose.Rival, plan scenarios.Plan, known map[string]bool) []predicted {
	var all []predicted
	for _, planned := range plan.Scenarios {
		lives := make([]life, len(r.Dialects))
		for i, d := range r.Dialects {
			lives[i] = live(d, planned)
		}
		for s, step := range planned.Steps {
			if step.CallID != "" && !known[step.CallID] {
				replies := classes(lives, func(l life) reply { return l.replies[s] }, reply.differs)
				all = append(all, predicted{question{planned: upTo(planned, s, -1), id: step.CallID}, replies})
			}
			for c, cell := range step.Cells {
				if known[cell.ID] || !isPredictable(cell) {
					continue
				}
				for _, asked := range requestsOf(cell) {
					answers := classes(lives, func(l life) []dialect.Answer { return l.answers(s, cell, asked) }, diagnose.Distinguishable)
					all = append(all, predicted{question{planned: upTo(planned, s, c), id: cell.ID}, answers})
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(f predicted) bool { return slices.Max(f.classes) == 0 })
}

// classes numbers lives, from 0: those of one number cannot be told apart.
func classes[T any](lives []life, of func(life) T, tells func(a, b T) bool) []int {
	var first []T // of each class
	numbers := make([]int, len(lives))
	for i, l := range lives {
		what := of(l)
		numbers[i] = slices.IndexFunc(first, func(other T) bool { return !tells(other, what) })
		if numbers[i] < 0 {
			numbers[i] = len(first)
			first = append(first, what)
		}
	}
	return numbers
}

// refine picks questions, each time the one by which most rivals are told apart that were not before, and numbers those that are left alike.
func refine(alike []int, all []predicted, most int) []question {
	var chosen []question
	for len(chosen) < most {
		best, finest := -1, slices.Max(alike)+1
		for i, f := range all {
			if n := slices.Max(together(alike, f.classes)) + 1; n > finest {
				best, finest = i, n
			}
		}
		if best < 0 {
			break
		}
		copy(alike, together(alike, all[best].classes))
		chosen = append(chosen, all[best].question)
	}
	return chosen
}

// together numbers what is alike in both.
func together(a, b []int) []int {
	numbers, seen := make([]int, len(a)), map[[2]int]int{}
	for i := range a {
		pair := [2]int{a[i], b[i]}
		if _, ok := seen[pair]; !ok {
			seen[pair] = len(seen)
		}
		numbers[i] = seen[pair]
	}
	return numbers
}

// life is what a scenario's bucket goes through at an endpoint that speaks a dialect.
type life struct {
	dialect dialect.Dialect
	states  []dialect.State
	replies []reply
}

// reply is what of a call's answer can be told apart; status 0: nothing.
type reply struct {
	status   int
	code     string
	returned string
}

func (r reply) differs(other reply) bool { return r != other && r.status != 0 && other.status != 0 }

func live(d dialect.Dialect, planned scenarios.Planned) life {
	l := life{dialect: d}
	var state dialect.State
	for _, step := range planned.Steps {
		var r reply
		if call, ok := callOf(step); ok {
			var came dialect.Reply
			came, state = d.Call(state, call)
			r = reply{status: came.Status, code: came.Code}
			if came.Refusal == nil && state.Own != nil {
				r.returned = string(d.Returned(state.Own).XML())
			}
			if came.Refusal != nil && (came.Refusal.Open || came.Refusal.MayAccept) {
				r = reply{} // S3 itself may do one thing or another
			}
		}
		l.states, l.replies = append(l.states, state), append(l.replies, r)
	}
	return l
}

// callOf is a step's configuration call; false: it makes none that a dialect speaks of.
func callOf(step scenarios.PlannedStep) (dialect.Call, bool) {
	switch step.Call {
	case scenarios.DeleteBucketCors:
		return dialect.Call{Method: http.MethodDelete}, true
	case scenarios.GetBucketCors:
		return dialect.Call{Method: http.MethodGet}, true
	case scenarios.PutBucketCors:
		if step.Digest != "" {
			return dialect.Call{}, false
		}
		if text := step.CORS.Document; text != "" {
			cfg, _ := s3cors.ParseXML([]byte(text)) // nil where it does not fit the schema
			return dialect.Call{Method: http.MethodPut, Put: cfg, Bytes: len(text)}, true
		}
		return dialect.Call{Method: http.MethodPut, Put: step.CORS.Config, Bytes: len(step.CORS.Config.XML())}, true
	}
	return dialect.Call{}, false
}

// answers are those to a request under a step.
func (l life) answers(step int, cell scenarios.Cell, asked dialect.Asked) []dialect.Answer {
	if cell.Target == scenarios.MissingBucket {
		return l.dialect.Answers(dialect.State{}, asked)
	}
	return l.dialect.Answers(l.states[step], asked)
}

// isPredictable reports a cell whose answers the model can predict from the scenario alone.
func isPredictable(cell scenarios.Cell) bool {
	targets := []scenarios.Target{scenarios.Object, scenarios.MissingObject, scenarios.Bucket, scenarios.MissingBucket}
	signed := []scenarios.Authorisation{scenarios.Presigned, scenarios.Signed}
	if !slices.Contains(targets, cell.Target) || !slices.Contains(signed, cell.Authorisation) || len(cell.Pins) > 0 {
		return false
	}
	for _, d := range scenarios.Dimensions() {
		if !d.Always && !d.IsDefault(cell) {
			return false
		}
	}
	return cell.Addressing == scenarios.Auto
}

// requestsOf are the requests of a cell as the model sees them.
func requestsOf(cell scenarios.Cell) []dialect.Asked {
	var all []dialect.Asked
	for _, send := range cell.Send {
		if send == scenarios.Preflight {
			all = append(all, preflight(cell))
		} else if !changesBucket(cell) {
			all = append(all, actual(cell))
		}
	}
	return all
}

func changesBucket(cell scenarios.Cell) bool {
	return cell.Target == scenarios.Bucket && cell.Method != http.MethodGet && cell.Method != http.MethodHead
}

func base(cell scenarios.Cell) dialect.Asked {
	asked := dialect.Asked{Path: "/bucket", Query: url.Values{}}
	asked.Origin, asked.BucketMissing, asked.Target = cell.Origin, cell.Target == scenarios.MissingBucket, s3cors.Object
	if cell.Target == scenarios.Bucket {
		asked.Target = s3cors.Bucket
	} else {
		asked.Path, asked.Key, asked.KeyMissing = "/bucket/key", "key", cell.Target == scenarios.MissingObject
	}
	if cell.Authorisation == scenarios.Presigned {
		asked.Query.Set("X-Amz-Signature", "…")
	}
	add(&asked, "Origin", cell.Origin)
	return asked
}

func preflight(cell scenarios.Cell) dialect.Asked {
	asked := base(cell)
	asked.Method = http.MethodOptions
	if cell.Method != "" {
		asked.RequestMethod = &cell.Method
	}
	asked.RequestHeaders = cell.Headers.Request
	var lines []result.Header
	for _, f := range cell.Headers.Fields {
		lines = append(lines, result.Header{Name: f.Name, Value: f.Value})
	}
	if names := strings.Join(fetch.UnsafeRequestHeaderNames(lines), ","); names != "" && asked.RequestHeaders == nil {
		asked.RequestHeaders = &names
	}
	add(&asked, "Access-Control-Request-Method", asked.RequestMethod)
	add(&asked, "Access-Control-Request-Headers", asked.RequestHeaders)
	return asked
}

func actual(cell scenarios.Cell) dialect.Asked {
	asked := base(cell)
	asked.Method, asked.Status = cell.Method, http.StatusOK
	switch {
	case asked.BucketMissing:
		asked.Status = http.StatusNotFound
	case cell.Target == scenarios.MissingObject && (cell.Method == http.MethodGet || cell.Method == http.MethodHead):
		asked.Status = http.StatusNotFound
	case cell.Method == http.MethodDelete:
		asked.Status = http.StatusNoContent
	}
	asked.Outcome.Status = []int{asked.Status}
	for i, f := range cell.Headers.Fields {
		asked.Headers = append(asked.Headers, result.Header{Name: f.Name, Value: f.Value})
		switch value := &cell.Headers.Fields[i].Value; {
		case strings.EqualFold(f.Name, "Access-Control-Request-Method"):
			asked.RequestMethod = value
		case strings.EqualFold(f.Name, "Access-Control-Request-Headers"):
			asked.RequestHeaders = value
		}
	}
	if cell.Authorisation == scenarios.Signed {
		signature := "AWS4-HMAC-SHA256 …"
		add(&asked, "Authorization", &signature)
	}
	return asked
}

func add(asked *dialect.Asked, name string, value *string) {
	if value != nil {
		asked.Headers = append(asked.Headers, result.Header{Name: name, Value: *value})
	}
}

// upTo is a scenario cut down to what a question rests on: the steps up to its own, without other cells.
func upTo(planned scenarios.Planned, step, cell int) scenarios.Planned {
	steps := slices.Clone(planned.Steps[:step+1])
	for i := range steps {
		if i == step && cell >= 0 {
			steps[i].Cells = steps[i].Cells[cell : cell+1 : cell+1]
		} else {
			steps[i].Cells = nil
		}
	}
	return scenarios.Planned{Scenario: planned.Scenario, Steps: steps}
}

// catalogue is the built-in one; none where it cannot be read, which tests rule out.
var catalogue = sync.OnceValue(func() scenarios.Plan {
	loaded, err := scenarios.Catalogue()
	if err != nil {
		return scenarios.Plan{}
	}
	plan, _ := scenarios.Expand(loaded)
	return plan.UpTo(scenarios.Normal)
})

// cases are made-up scenarios.
var cases = sync.OnceValue(func() scenarios.Plan {
	generator := fuzz.NewGenerator(seed)
	var all []fuzz.Case
	for range madeUp {
		all = append(all, generator.Next())
	}
	plan, _ := fuzz.Plan(all, 1) // what a generator makes is a scenario: its own tests say so
	plan.Scenarios = slices.DeleteFunc(plan.Scenarios, func(planned scenarios.Planned) bool {
		return !slices.ContainsFunc(planned.Steps, func(step scenarios.PlannedStep) bool { return slices.ContainsFunc(step.Cells, isPredictable) })
	})
	return plan
})
