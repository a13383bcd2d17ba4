package fuzz

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// Case is a bucket's life: the configurations that it has one after the other, and what is asked under each.
type Case struct{ States []State }

// State is a configuration and the questions under it. CORS nil: the configuration was deleted or, at the beginning, there never was one.
type State struct {
	CORS *s3cors.Configuration
	// Refused is put in vain at the beginning of the state: S3 refuses it, and the bucket holds CORS as before; nil: CORS itself is put.
	Refused *s3cors.Configuration
	// Digest protects what is put as another client does; empty: as usual.
	Digest string
	// Call is another call on the bucket, which the state begins with: the bucket holds CORS as before, or nothing where it is made again.
	Call      string
	Questions []Question
}

// put is the configuration that the state begins with; nil: it is deleted, there never was one, or another call is made.
func (s *State) put() *s3cors.Configuration {
	if s.Call != "" {
		return nil
	}
	if s.Refused != nil {
		return s.Refused
	}
	return s.CORS
}

// refuses reports that S3 is sure to refuse what is put in vain: for what it says, or for its digest.
func (s *State) refuses() bool {
	return scenarios.Digest(s.Digest).Spoilt() || surelyRefused(s.Refused)
}

// deletes reports a state that begins with a deletion, or with nothing.
func (s *State) deletes() bool { return s.Call == "" && s.put() == nil }

// follow has every state that puts nothing of its own hold what the one before holds.
func (c Case) follow() {
	var holds *s3cors.Configuration
	for i := range c.States {
		switch s := &c.States[i]; {
		case s.Call == recreate:
			s.CORS = nil
		case s.Refused != nil || s.Call != "":
			s.CORS = holds
		}
		holds = c.States[i].CORS
	}
}

// Question is one cell of a scenario's matrix, in the words of the format.
type Question struct {
	Target  string
	Origin  *string // nil: none is sent
	Method  string  // empty: none
	Request *string // Access-Control-Request-Headers as it stands; nil: not sent, or as Fields need it
	Fields  []Field // real headers
	Send    Send
	Auth    string
	Further Further
}

// Field is one header line.
type Field struct{ Name, Value string }

// Send says which of a page's two exchanges are made.
type Send string

// What a question sends.
const (
	Both      Send = ""
	Preflight Send = "preflight"
	Actual    Send = "actual"
)

// The targets and authorisations that questions and the model tell apart by name; see the format for the others.
const (
	object        = "object"
	missingBucket = "missing-bucket"
	otherBucket   = "other-bucket"
	longerBucket  = "longer-bucket"
	deletedBucket = "deleted-bucket"
	service       = "service"
	presigned     = "presigned"

	recreate = string(scenarios.RecreateBucket)
)

// key identifies a question within its state, as the ids of cells do: which requests it sends is no part of it.
func (q Question) key() string {
	return fmt.Sprintf("%s %s %s %q %s %q %q", q.Target, q.Auth, shown(q.Origin), q.Method, shown(q.Request), q.Fields, q.Further.names())
}

func shown(s *string) string {
	if s == nil {
		return "-"
	}
	return fmt.Sprintf("%q", *s)
}

// asked are the requests of a question as S3's model sees them.
func (q Question) asked() []s3cors.Request {
	base := s3cors.Request{Target: s3cors.Object, BucketMissing: q.Target == missingBucket || q.Target == deletedBucket, Origin: q.Origin}
	switch {
	case q.Target == service:
		base.Target = s3cors.Service
	case slices.Contains(bucketTargets, q.Target):
		base.Target = s3cors.Bucket
	}
	var all []s3cors.Request
	if q.Send != Actual {
		preflight := base
		preflight.Method, preflight.RequestHeaders = "OPTIONS", q.requested()
		if q.Method != "" {
			preflight.RequestMethod = &q.Method
		}
		all = append(all, preflight)
	}
	if q.Send != Preflight {
		actual := base
		actual.Method = q.Method
		actual.RequestMethod, actual.RequestHeaders = q.field("Access-Control-Request-Method"), q.field("Access-Control-Request-Headers")
		all = append(all, actual)
	}
	return all
}

// requested is what the preflight asks for: as it stands, or as a browser would for the real headers.
func (q Question) requested() *string {
	var lines []result.Header
	for _, f := range q.Fields {
		lines = append(lines, result.Header{Name: f.Name, Value: f.Value})
	}
	o, _ := q.operation()
	for _, f := range o.Fields {
		lines = append(lines, result.Header{Name: f.Name, Value: f.Value})
	}
	names := strings.Join(fetch.UnsafeRequestHeaderNames(lines), ",")
	if q.Request != nil || names == "" {
		return q.Request
	}
	return &names
}

func (q Question) field(name string) *string {
	for i := range q.Fields {
		if strings.EqualFold(q.Fields[i].Name, name) {
			return &q.Fields[i].Value
		}
	}
	return nil
}

// holds is the configuration that answers a question: none where it names a bucket that has none.
func (s State) holds(q Question) *s3cors.Configuration {
	if slices.Contains([]string{missingBucket, otherBucket, longerBucket, deletedBucket, service}, q.Target) {
		return nil
	}
	return s.CORS
}

// bucketTargets name a bucket itself, and changeable targets what a page may change: an object, there or not.
var (
	bucketTargets = []string{"bucket", "bucket-slash", "listing", "uploads", "location"}
	changeable    = []string{object, "nested-object", "missing-object", "part"}
)

// sendable has a question send what its method and target permit: an actual request needs a method of S3's, and changes objects only.
func (q Question) sendable() Question {
	q = q.sent()
	q.Further = q.Further.fitting(q)
	return q
}

func (q Question) sent() Question {
	if o, ok := q.operation(); ok {
		return q.operated(o)
	}
	reads := q.Method == http.MethodGet || q.Method == http.MethodHead
	if !slices.Contains(s3cors.Methods, q.Method) || !reads && !slices.Contains(changeable, q.Target) {
		q.Send = Preflight
	}
	if q.Send == Preflight && q.Request != nil {
		q.Fields = nil
	}
	if q.Send == Actual {
		q.Request = nil
	}
	if len(q.Fields) > 0 {
		q.Request = nil // a cell has one or the other
	}
	return q
}

// clone is a copy that shares nothing with the case.
func (c Case) clone() Case {
	states := make([]State, len(c.States))
	for i, s := range c.States {
		states[i] = s
		states[i].CORS, states[i].Refused, states[i].Questions = cloneConfig(s.CORS), cloneConfig(s.Refused), slices.Clone(s.Questions)
		for k := range states[i].Questions {
			q := &states[i].Questions[k]
			q.Fields, q.Further = slices.Clone(q.Fields), maps.Clone(q.Further)
		}
	}
	return Case{states}
}

func cloneConfig(cfg *s3cors.Configuration) *s3cors.Configuration {
	if cfg == nil {
		return nil
	}
	rules := slices.Clone(cfg.CORSRules)
	for i := range rules {
		r := &rules[i]
		r.AllowedOrigins, r.AllowedMethods = slices.Clone(r.AllowedOrigins), slices.Clone(r.AllowedMethods)
		r.AllowedHeaders, r.ExposeHeaders = slices.Clone(r.AllowedHeaders), slices.Clone(r.ExposeHeaders)
	}
	return &s3cors.Configuration{CORSRules: rules}
}

// Questions counts what is asked.
func (c Case) Questions() int {
	n := 0
	for _, s := range c.States {
		n += len(s.Questions)
	}
	return n
}

// Rules is how many rules the case's configurations have together.
func (c Case) Rules() int {
	n := 0
	for _, s := range c.States {
		if cfg := s.put(); cfg != nil {
			n += len(cfg.CORSRules)
		}
	}
	return n
}
