package reference

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Behaviour departs from S3 in the places that it sets. The zero value is S3's.
type Behaviour struct {
	// Dialect is what the endpoint does otherwise than S3, as far as that is a matter of what it is asked and of what a bucket holds.
	dialect.Dialect

	// What follows is for what no dialect can say: time, connections, chance, and what other buckets hold.

	// Handler stands before everything else.
	Handler func(next http.Handler) http.Handler
	// Config chooses the configuration that a request is answered by.
	Config func(View) *s3cors.Configuration
	// Answer changes what is owed before it is written.
	Answer func(*dialect.Answer, dialect.Asked)
	// Rules changes the rules that a request is matched against, before the dialect does.
	Rules func(*s3cors.Configuration, s3cors.Request) *s3cors.Configuration
	// Raw changes the answer by properties of the request that the model does not see: its size, its connection, its path as sent.
	Raw func(*dialect.Answer, dialect.Asked, *http.Request)
	// Lines changes the header lines of an answer, other headers among them.
	Lines func(http.Header)
	// Refusal is how refused configurations are worded; empty: as the dialect words them.
	Refusal string
	// Returned is what GetBucketCors returns of a bucket; nil: as if there were none.
	Returned func(View) *s3cors.Configuration

	// counts: the hooks keep something of what was asked before.
	counts bool
}

// View is what an endpoint may answer a request by.
type View struct {
	Bucket string
	Own    *s3cors.Configuration // of the bucket; nil: none
	Last   *s3cors.Configuration // of whichever bucket was configured last
}

// Defect is one thing that an endpoint does otherwise than S3, and by what it must be found.
type Defect struct {
	Name    string // a deviation as it is written in a file, or a name of the defect's own
	Summary string // what the endpoint does
	// Class is the worst class that the defect deserves. Flaky defects have none.
	Class result.Class
	// Checks are globs of the checks by which it may be found, each finding by one of them; empty: any.
	Checks []string
	Behaviour
}

// Harmless is a difference from S3's usual answers that must not be a finding.
type Harmless struct {
	Name    string
	Summary string
	Behaviour
}

// Defects lists every planted defect: every deviation that a dialect can have, and what no dialect can say.
func Defects() []Defect {
	var all []Defect
	for _, d := range dialect.Examples() {
		if d.Class == dialect.Open {
			continue
		}
		all = append(all, Defect{Name: d.String(), Summary: d.Summary, Class: d.Class, Checks: d.Checks, Behaviour: WithDialect(d)})
	}
	return slices.Concat(all, sharedDefects(), flakyDefects())
}

// WithDialect is an endpoint with the deviations of a dialect.
func WithDialect(d ...dialect.Deviation) Behaviour { return Behaviour{Dialect: d} }

// sharedDefects answer by what other buckets hold.
func sharedDefects() []Defect {
	return []Defect{
		{Name: "shared-between-buckets", Summary: "All buckets answer by the configuration that was put last.", Class: result.Exposure,
			Behaviour: Behaviour{Config: func(v View) *s3cors.Configuration { return v.Last }}},
		{Name: "default-for-bare-buckets", Summary: "A bucket without a configuration answers by another bucket's.", Class: result.Exposure,
			Behaviour: Behaviour{Config: func(v View) *s3cors.Configuration {
				if v.Own == nil {
					return v.Last
				}
				return v.Own
			}}},
	}
}

// flakyDefects are right only most of the time. No verdict but flaky is fit for them.
func flakyDefects() []Defect {
	return []Defect{
		{Name: "flaky-preflight", Summary: "Every fifth preflight is refused.", Behaviour: everyFifth(func(a *dialect.Answer, q dialect.Asked) {
			if q.Preflight() {
				a.Status, a.Error = []int{http.StatusForbidden}, &s3cors.Error{Code: s3cors.CodeAccessForbidden, Message: "Computer says no."}
				clear(a.Headers)
			}
		})},
		{Name: "flaky-vary", Summary: "Every fifth answer lacks Vary.", Behaviour: everyFifth(func(a *dialect.Answer, _ dialect.Asked) { delete(a.Headers, header.Vary) })},
		{Name: "flaky-headers", Summary: "Every fifth actual answer lacks all CORS headers.", Behaviour: everyFifth(func(a *dialect.Answer, q dialect.Asked) {
			if !q.Preflight() {
				clear(a.Headers)
			}
		})},
	}
}

// everyFifth changes every fifth answer that a rule made.
func everyFifth(spoil func(*dialect.Answer, dialect.Asked)) Behaviour {
	var n atomic.Int64
	return Behaviour{counts: true, Answer: func(a *dialect.Answer, q dialect.Asked) {
		if a.Headers[header.AllowOrigin] != "" && n.Add(1)%5 == 0 {
			spoil(a, q)
		}
	}}
}

// changed changes a header of answers that a rule made.
func changed(name string, change func(string) string) Behaviour {
	return Behaviour{Answer: func(a *dialect.Answer, _ dialect.Asked) {
		if v, ok := a.Headers[name]; ok && a.Headers[header.AllowOrigin] != "" {
			a.Headers[name] = change(v)
		}
	}}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// isAccessControl reports that a header belongs to the CORS protocol.
func isAccessControl(name string) bool { return strings.HasPrefix(name, "Access-Control-") }
