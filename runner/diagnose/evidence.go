package diagnose

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// evidence is what a report shows: requests and calls, each with the state of its bucket and with what came.
type evidence struct {
	scenarios   []timeline
	index       map[string]int            // of scenarios, by id
	steps       map[string]map[string]int // of steps, by scenario and name
	cases       []*observation
	cells       []result.Cell
	own         int // how many of cells are the run's; those of its follow-up are evidence, and nothing has to explain them
	mu          sync.Mutex
	faithful    [][]dialect.State // on an endpoint that takes configurations as S3 does
	simulations map[string]*simulation
	meanings    *meanings
}

// timeline is what happens to a scenario's bucket.
type timeline struct {
	calls []*dialect.Call // one a step; nil: none
	// untried are the steps whose call was not made, because what it would have come to is taken as given: no deviation of it can be the cause
	// of anything.
	untried map[int]bool
	deleted map[int]bool // steps in which a page deleted the configuration
}

// place says which bucket a request names.
type place int

const (
	own           place = iota // the scenario's
	other                      // one that was never configured
	deletedBucket              // one that held the scenario's configuration, and was deleted
	nowhere                    // one that never was, or none
)

// observation is one request, or one configuration call, and what came.
type observation struct {
	cell           int // index
	scenario, step int
	place          place
	asked          dialect.Asked
	seen           seen
	ignored        parts // what a scenario of its own expects otherwise than S3 does
	call           *called
}

// called is what a configuration call came to.
type called struct {
	method   string
	status   int
	code     string
	returned *s3cors.Configuration // by GetBucketCors; nil: none, or nothing that can be read
	read     bool                  // returned is known
	unlike   bool                  // it is not, but that it is not what was put
	removed  bool                  // nothing was left after DeleteBucketCors
}

// read takes from a report all that was judged and is steady.
func read(r result.Report) *evidence {
	r, own := withFollowUp(r)
	e := &evidence{cells: r.Cells, own: own, meanings: &meanings{}, simulations: map[string]*simulation{}, index: map[string]int{}, steps: map[string]map[string]int{}}
	for i, s := range r.Scenarios {
		e.index[s.ID], e.steps[s.ID] = i, map[string]int{}
		t := timeline{untried: map[int]bool{}, deleted: map[int]bool{}}
		for j, step := range s.Steps {
			t.calls = append(t.calls, callOf(step))
			e.steps[s.ID][step.Name] = j
		}
		e.scenarios = append(e.scenarios, t)
	}
	e.mark(r.Cells)
	e.faithful = e.replay(nil)
	for i, c := range r.Cells {
		e.add(i, c, r.Endpoint.URL)
	}
	e.trustPasses()
	return e
}

// withFollowUp adds what the run asked beyond its plan.
func withFollowUp(r result.Report) (result.Report, int) {
	own := len(r.Cells)
	if f := r.FollowUp; f != nil {
		r.Scenarios, r.Cells = slices.Concat(r.Scenarios, f.Scenarios), slices.Concat(r.Cells, f.Cells)
	}
	return r, own
}

// mark notes the configuration calls that were left out, and those that a page made.
func (e *evidence) mark(cells []result.Cell) {
	for _, c := range cells {
		at, known := e.index[c.Scenario]
		step, there := e.steps[c.Scenario][c.Step]
		switch {
		case !known || !there:
		case c.Point == nil && c.Verdict == result.Unsupported:
			e.scenarios[at].untried[step] = true
		case c.Point != nil && c.Point.Further["operation"] == "DeleteBucketCors" && slices.ContainsFunc(c.Exchanges, deletes):
			e.scenarios[at].deleted[step] = true
		}
	}
}

// deletes reports a DELETE that was carried out.
func deletes(ex result.Exchange) bool {
	return ex.Request.Method == http.MethodDelete && ex.Response.Status/100 == 2
}

// add takes from a cell what was observed.
func (e *evidence) add(i int, c result.Cell, url string) {
	at, known := e.index[c.Scenario]
	step, there := e.steps[c.Scenario][c.Step]
	if !known || !there || !slices.Contains([]result.Verdict{result.Passed, result.Failed, result.Known}, c.Verdict) {
		return
	}
	if c.Point == nil {
		e.addCall(i, at, step, c)
		return
	}
	for _, ex := range c.Exchanges {
		e.addExchange(i, at, step, c, ex, url)
	}
}

func callOf(step result.Step) *dialect.Call {
	call := callNamed(step)
	if call != nil {
		call.Missing = step.On != ""
		call.Digest = map[string]string{"wrong-md5": s3cors.CodeBadDigest, "malformed-md5": s3cors.CodeInvalidDigest}[step.Digest]
		*call = call.Validated()
	}
	return call
}

func callNamed(step result.Step) *dialect.Call {
	switch step.Call {
	case "PutBucketCors":
		text := step.Put
		if text == "" {
			text = step.CORS
		}
		return putCall(text)
	case "GetBucketCors":
		return &dialect.Call{Method: "GET"}
	case "DeleteBucketCors":
		return &dialect.Call{Method: "DELETE"}
	case "RecreateBucket":
		return &dialect.Call{Method: dialect.Recreate}
	}
	return nil
}

// putCall reads what was put: JSON, or a document.
func putCall(text string) *dialect.Call {
	c := &dialect.Call{Method: "PUT"}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		c.Put, _ = s3cors.ParseXML([]byte(text)) // nil where it does not fit the schema
		c.Bytes = len(text)
		return c
	}
	if c.Put, _ = s3cors.ParseJSON([]byte(text)); c.Put != nil {
		c.Bytes = len(c.Put.XML())
	}
	return c
}

func (e *evidence) addExchange(cell, scenario, step int, c result.Cell, ex result.Exchange, endpoint string) {
	if ex.Error != "" || ex.Kind != "preflight" && ex.Kind != "actual" {
		return
	}
	o := &observation{cell: cell, scenario: scenario, step: step, seen: see(ex.Request.Method, ex.Response)}
	o.place, o.asked = placeOf(c.Point.Target), askedOf(c, ex, endpoint)
	e.cases = append(e.cases, o)
}

// faultOf is what an authorisation of the format has wrong with its URL.
func faultOf(authorisation string) string {
	if authorisation == dialect.FaultExpired || authorisation == dialect.FaultUnknownKey {
		return authorisation
	}
	return ""
}

// placeOf and targetOf read the words of the format (scenarios.Target).
func placeOf(target string) place {
	switch target {
	case "other-bucket", "longer-bucket":
		return other
	case "deleted-bucket":
		return deletedBucket
	case "missing-bucket", "service":
		return nowhere
	}
	return own
}

func targetOf(target string) s3cors.Target {
	switch target {
	case "service":
		return s3cors.Service
	case "bucket", "bucket-slash", "listing", "uploads", "location":
		return s3cors.Bucket
	}
	return s3cors.Object
}

// askedOf is a request as the models see it.
func askedOf(c result.Cell, ex result.Exchange, endpoint string) dialect.Asked {
	u, err := url.Parse(ex.Request.URL)
	if err != nil {
		u = &url.URL{}
	}
	q := dialect.Asked{Headers: ex.Request.Headers, Query: u.Query(), Path: u.Path, Fault: faultOf(c.Point.Authorisation)}
	q.Request = s3cors.Request{
		Method: ex.Request.Method, Target: targetOf(c.Point.Target), BucketMissing: c.Point.Target == "missing-bucket" || c.Point.Target == "deleted-bucket",
		Origin: field(ex, "Origin"), RequestMethod: field(ex, "Access-Control-Request-Method"), RequestHeaders: field(ex, "Access-Control-Request-Headers"),
	}
	if q.Target == s3cors.Object {
		q.Key = keyOf(u, endpoint)
		q.KeyMissing = ex.NoObject
	}
	if ex.Kind == "actual" {
		q.Outcome = outcomeOf(c, ex)
		q.Status = q.Outcome.Status[0]
		for _, h := range ex.Response.Headers {
			q.Sent = append(q.Sent, h.Name)
		}
	}
	return q
}

func field(ex result.Exchange, name string) *string {
	if values := result.Values(ex.Request.Headers, name); len(values) > 0 {
		return &values[0]
	}
	return nil
}

// keyOf is the key in a URL: all of the path where the host names the bucket, else what follows the bucket's name.
func keyOf(u *url.URL, endpoint string) string {
	path := strings.TrimPrefix(u.Path, "/")
	if base, err := url.Parse(endpoint); err == nil && base.Hostname() != u.Hostname() {
		return path
	}
	_, key, _ := strings.Cut(path, "/")
	return key
}

// outcomeOf is what an actual request is owed apart from CORS: what came, but where the report says that something else was owed.
func outcomeOf(c result.Cell, ex result.Exchange) s3cors.Outcome {
	o := s3cors.Outcome{Status: []int{ex.Response.Status}}
	for _, f := range c.Findings {
		first, _, _ := strings.Cut(f.Expected, " ")
		switch n, err := strconv.Atoi(first); {
		case f.Check == "actual.status" && err == nil:
			o.Status = []int{n}
		case f.Check == "actual.error-code":
			o.Code = first
		}
	}
	return o
}

func (e *evidence) addCall(cell, scenario, step int, c result.Cell) {
	call := e.scenarios[scenario].calls[step]
	if call == nil {
		return
	}
	came := &called{method: call.Method}
	switch call.Method {
	case http.MethodPut:
		came.put(c, call)
	default:
		i := slices.IndexFunc(c.Exchanges, func(ex result.Exchange) bool { return ex.Request.Method == call.Method })
		if i < 0 {
			return
		}
		came.answered(c.Exchanges[i].Response)
		came.removed = call.Method == http.MethodDelete && !slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Check == "config.deleted" })
	}
	if came.status == 0 {
		return
	}
	e.cases = append(e.cases, &observation{cell: cell, scenario: scenario, step: step, call: came})
}

// put reads what a PutBucketCors came to. The exchanges of one that S3 accepts are not kept: the findings tell.
func (c *called) put(cell result.Cell, call *dialect.Call) {
	c.status = 200
	if s3cors.Validate(call.Put) != nil || call.Put == nil || call.Missing || call.Digest != "" {
		c.status = 0
	}
	for _, ex := range cell.Exchanges {
		switch ex.Request.Method {
		case http.MethodPut:
			c.answered(ex.Response)
		case http.MethodGet:
			c.returned, _ = s3cors.ParseXML([]byte(ex.Response.Body))
			c.read, c.unlike = !ex.Response.Truncated, ex.Response.Truncated && len(cell.Findings) > 0
			return
		}
	}
	for _, f := range cell.Findings {
		if f.Check == "config.status" && c.status == 200 && len(cell.Exchanges) == 0 {
			first, code, _ := strings.Cut(f.Got, " ")
			c.status, _ = strconv.Atoi(first)
			c.code = code
		}
	}
	if c.status == 200 && s3cors.Validate(call.Put) == nil && !call.Missing {
		c.returned, c.read = call.Put, true // a difference would have been found
	}
}

func (c *called) answered(r result.Response) {
	c.status, c.code = r.Status, see("", r).code
	if r.Status == 200 && c.method == "GET" && !r.Truncated {
		c.returned, _ = s3cors.ParseXML([]byte(r.Body))
		c.read = true
	}
}

// trustPasses leaves out what a cell passed with though S3 owes something else: its scenario expects that.
func (e *evidence) trustPasses() {
	faithful := e.simulate(nil)
	for i := range e.cases {
		if o := e.cases[i]; e.cells[o.cell].Verdict == result.Passed {
			o.ignored = e.try(nil, faithful, i).missed
		}
	}
}
