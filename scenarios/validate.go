package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
)

var (
	legalName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	token     = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
)

// validate holds a scenario against the rules that go beyond the types of its values, and expands it.
func (d *decoder) validate(s *Scenario) {
	before := len(d.errors)
	d.named(s.Name, s.where("name"))
	d.facts(s.Facts, &s.places)
	if len(s.Steps) > 0 {
		d.stepped(s)
	} else {
		d.unstepped(s)
	}
	for i := range s.Expect {
		d.pin(&s.Expect[i])
	}
	if len(d.errors) == before && !s.undecoded {
		planned, errors := expandScenario(s)
		s.planned, d.errors = planned, append(d.errors, errors...)
	}
}

// validateRest looks for further errors in a scenario that could not be decoded whole: in what is there, not for what is not, and not in
// lines that have an error already.
func (d *decoder) validateRest(s *Scenario) {
	known := map[int]bool{}
	for _, e := range d.errors {
		known[e.Line] = true
	}
	rest := &decoder{file: d.file}
	rest.validate(s)
	for _, e := range rest.errors {
		if !known[e.Line] && e.Line > 0 { // what stands nowhere is missing
			d.errors = append(d.errors, e)
		}
	}
}

func (d *decoder) facts(facts []int, at *places) {
	for i, fact := range facts {
		if _, ok := s3cors.FactByID(fact); !ok {
			d.failAt(at.where(fmt.Sprintf("facts/%d", i)), fmt.Sprintf("there is no fact %d", fact), fmt.Sprintf("a number from 1 to %d", len(s3cors.Facts())), "")
		}
	}
}

func (d *decoder) named(name string, at place) {
	if !legalName.MatchString(name) {
		d.failAt(at, fmt.Sprintf("the name %q", name), "lower-case words and digits joined by dashes", "")
	}
}

// unstepped checks a scenario of one configuration.
func (d *decoder) unstepped(s *Scenario) {
	_, inline := s.at["cors"]
	_, file := s.at["corsFile"]
	switch {
	case inline && file:
		d.failAt(s.where("corsFile"), "both cors and corsFile", "one of them", "")
	case !inline && !file && !s.undecoded:
		d.failAt(s.where(""), "a scenario without a configuration", "cors, corsFile or steps", "")
	}
	if s.Matrix == nil && !s.undecoded {
		d.failAt(s.where(""), "a scenario without requests", "matrix", "")
	} else if s.Matrix != nil {
		d.matrix(s.Matrix)
	}
	switch {
	case s.CORS == nil || s.CORS.None || s.CORS.broken:
	case s.CORS.Document != "":
		d.failAt(s.where("cors"), "a raw document as the scenario's configuration", "CORSRules; or steps with put: {document: …}", "")
	case s.CORS.Config != nil:
		if refusal := s3cors.Validate(s.CORS.Config); refusal != nil && !refusal.MayAccept {
			d.failAt(s.where("cors"), "S3 refuses this configuration: "+refused(refusal), "one that it takes; or steps with put, to test the refusal", "")
		}
	}
}

// refused says why S3 refuses a configuration.
func refused(r *s3cors.Refusal) string {
	var b strings.Builder
	b.WriteString(r.Code)
	if r.Message != "" {
		b.WriteString(": " + r.Message)
	}
	if r.Rule >= 0 {
		fmt.Fprintf(&b, " (rule %d", r.Rule+1)
		if r.Field != "" {
			b.WriteString(", " + r.Field)
		}
		b.WriteString(")")
	}
	return b.String()
}

// stepped checks a bucket's life.
func (d *decoder) stepped(s *Scenario) {
	for _, key := range []string{"cors", "corsFile", "matrix"} {
		if _, ok := s.at[key]; ok {
			d.failAt(s.where(key), key+" beside steps", "each step's own configuration and matrix", "")
		}
	}
	names := map[string]bool{}
	for i := range s.Steps {
		step := &s.Steps[i]
		d.named(step.Name, step.where("name"))
		if names[step.Name] {
			d.failAt(step.where("name"), fmt.Sprintf("a second step %q", step.Name), "a name of its own", "")
		}
		names[step.Name] = true
		d.step(step)
	}
}

func (d *decoder) step(step *Step) {
	var calls []string
	for _, call := range []string{"put", "replace", "delete", "get", "call"} {
		if _, ok := step.at[call]; ok {
			calls = append(calls, call)
		}
	}
	if len(calls) != 1 {
		d.failAt(step.where(""), fmt.Sprintf("a step with %d calls", len(calls)), "exactly one of put, replace, delete, get, call", "")
		return
	}
	switch call := calls[0]; call {
	case "put", "replace":
		if c := step.configuration(); c != nil && c.None {
			d.failAt(step.where(call), call+": none", "a configuration; delete: true removes one", "")
		}
	case "delete", "get":
		if !step.Delete && !step.Get {
			d.failAt(step.where(call), call+": false", call+": true", "")
		}
	}
	d.besides(step)
	if step.Answer != nil {
		d.statuses(step.Answer.Status, step.where("answer"))
	}
	if step.Matrix != nil {
		d.matrix(step.Matrix)
	} else if len(step.Expect) > 0 {
		d.failAt(step.where("expect"), "expect without a matrix", "a matrix; what the call answers is answer", "")
	}
	for i := range step.Expect {
		d.pin(&step.Expect[i])
	}
}

// besides refuses what a step says beside its call that does not go with it.
func (d *decoder) besides(step *Step) {
	if _, given := step.at["digest"]; given && step.configuration() == nil {
		d.failAt(step.where("digest"), "digest without a configuration", "put or replace", "")
	}
	if _, given := step.at["on"]; given && step.Call != "" {
		d.failAt(step.where("on"), "on beside call", "no on: the call is made in the life of the scenario's own bucket", "")
	}
	if step.missing() && step.Digest.Spoilt() {
		d.failAt(step.where("digest"), "two reasons to refuse one call", "on: missing-bucket or digest: "+string(step.Digest), "")
	}
	if _, given := step.at["answer"]; given && step.Call != "" {
		d.failAt(step.where("answer"), "answer beside call", "no answer: the call itself is not judged", "")
	}
}

func (step *Step) configuration() *CORS {
	if step.Put != nil {
		return step.Put
	}
	return step.Replace
}

// matrix checks the values of a matrix and of those that it includes.
func (d *decoder) matrix(m *Matrix) {
	for _, dimension := range dimensions {
		if _, given := m.at[dimension.Key]; given && dimension.Required && len(m.listed(dimension.Key)) == 0 {
			d.failAt(m.where(dimension.Key), "an empty list", "at least one "+dimension.Name+", or none", "")
		}
		if dimension.check == nil {
			continue
		}
		for i, v := range m.listed(dimension.Key) {
			if !v.unread {
				dimension.check(d, v, m.where(fmt.Sprintf("%s/%d", dimension.Key, i)))
			}
		}
	}
	if !d.operating(m) {
		d.sendable(m)
	}
	for i := range m.Include {
		d.matrix(&m.Include[i])
	}
}

func checkMethod(d *decoder, v Value, at place) {
	if !v.Absent && !token.MatchString(v.Text) {
		d.failAt(at, fmt.Sprintf("the method %q", v.Text), "a token such as GET, or none", "")
	}
}

func checkHeaders(d *decoder, v Value, at place) {
	d.headerValue("value", v.Text, at)
	for _, f := range v.Fields {
		if !token.MatchString(f.Name) {
			d.failAt(at, fmt.Sprintf("the header name %q", f.Name), "a token such as x-amz-date", "")
		}
		if own[strings.ToLower(f.Name)] {
			d.failAt(at, "the header "+f.Name, "one that a scenario may set: this one the prober sets", "")
		}
		d.headerValue("value", f.Value, at)
	}
}

// own lists the headers that a scenario says in another way, or that belong to the connection.
var own = map[string]bool{"host": true, "origin": true, "content-length": true, "connection": true, "transfer-encoding": true}

// headerValue refuses what HTTP cannot carry.
func (d *decoder) headerValue(what, value string, at place) {
	for _, c := range []byte(value) {
		if c < ' ' && c != '\t' || c == 0x7f {
			d.failAt(at, fmt.Sprintf("the %s %q has a control character", what, value), "text that a header line can carry", "")
			return
		}
	}
}

// sendable refuses actual requests that cannot be sent: a method is needed, and a bucket answers to GET and HEAD only without being changed.
func (d *decoder) sendable(m *Matrix) {
	if len(m.Send) == 1 && m.Send[0] == Preflight {
		return
	}
	for i, method := range m.listed("methods") {
		at := m.where(fmt.Sprintf("methods/%d", i))
		if !slices.Contains(s3cors.Methods, method.Text) {
			d.failAt(at, "an actual request of method "+orNone(method.sent()), "GET, HEAD, PUT, POST or DELETE; or send: preflight", "")
			continue
		}
		for _, target := range m.listed("targets") {
			if t := Target(target.Text); method.Text != "GET" && method.Text != "HEAD" && !target.unread && !t.OfObject() {
				d.failAt(at, fmt.Sprintf("an actual %s of %s", method.Text, noun(t)), "GET or HEAD; or send: preflight", "")
			}
		}
	}
}

// operating reports a matrix of operations, and refuses what they bring themselves.
func (d *decoder) operating(m *Matrix) bool {
	if len(m.listed("operations")) == 0 {
		return false
	}
	for _, key := range []string{"methods", "targets"} {
		if len(m.listed(key)) > 0 {
			d.failAt(m.where(key), key+" beside operations", "one of them: an operation has its own method and target", "")
		}
	}
	for i, v := range m.listed("operations") {
		o, _ := OperationByName(v.Text)
		if o.NoPreflight != "" && len(m.Send) == 1 && m.Send[0] == Preflight {
			d.failAt(m.where(fmt.Sprintf("operations/%d", i)), "a preflight of "+o.Name+", which is not sent: "+o.NoPreflight, "send: actual", "")
		}
	}
	return true
}

func (d *decoder) pin(p *Pin) {
	if p.Reason == "" {
		d.failAt(p.where("reason"), "an empty reason", "why: a link, a fact, the provider's documentation", "")
	}
	if p.Preflight == nil && p.Actual == nil {
		d.failAt(p.where(""), "expect that pins nothing", "preflight, actual or both", "")
	}
	for key, parts := range map[string]*Parts{"preflight": p.Preflight, "actual": p.Actual} {
		if parts != nil {
			d.parts(parts, p.where(key))
		}
	}
}

func (d *decoder) parts(p *Parts, at place) {
	if len(p.Status)+len(p.Error)+len(p.Headers) == 0 {
		d.failAt(at, "nothing is pinned", "status, error or headers", "")
	}
	d.statuses(p.Status, at)
}

func (d *decoder) statuses(codes []int, at place) {
	for _, code := range codes {
		if code < 200 || code > 599 {
			d.failAt(at, fmt.Sprintf("the status %d", code), "a code from 200 to 599", "")
		}
	}
}
