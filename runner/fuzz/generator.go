package fuzz

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

const (
	perState   = 12 // questions under one configuration, at most
	candidates = 4  // of which the one is asked that touches most that is new
	changing   = 0.05
)

// unusualDigests protect what is put otherwise than usual; with spoilt ones nothing is put.
var (
	unusualDigests = slices.DeleteFunc(slices.Clone(scenarios.Digests[1:]), scenarios.Digest.Spoilt)
	spoiltDigests  = slices.DeleteFunc(slices.Clone(scenarios.Digests), func(d scenarios.Digest) bool { return !d.Spoilt() })
)

// Generator makes cases. What it makes follows from the seed alone.
type Generator struct {
	random   *rand.Rand
	Coverage Coverage // of all that it made
	refused  int      // configurations that S3 refuses
	called   int      // other calls on buckets
	pages    bool     // questions are such as a page can ask
}

// NewGenerator begins the sequence of a seed.
func NewGenerator(seed uint64) *Generator {
	return &Generator{random: rand.New(rand.NewPCG(seed, 0x636f7273))}
}

// Next makes one more case.
func (g *Generator) Next() Case {
	var c Case
	var cfg *s3cors.Configuration
	if !chance(g.random, 0.06) {
		cfg = configuration(g.random)
	}
	for range g.states(cfg) {
		c.States = append(c.States, State{CORS: cfg, Digest: g.digest(cfg)})
		if cfg != nil && chance(g.random, 0.2) {
			c.States = append(c.States, g.call(cfg))
			cfg = c.States[len(c.States)-1].CORS
		}
		if chance(g.random, 0.2) {
			c.States = append(c.States, g.vain(cfg))
			cfg = configuration(g.random) // a run deletes only what it has just seen to be kept
			continue
		}
		cfg = g.after(cfg)
	}
	if first := c.States[0]; first.CORS == nil && len(c.States) > 1 {
		c.States = c.States[1:] // a life begins with a call
	}
	for i := range c.States {
		g.Coverage.add(nil, c.States[i].facts())
		g.ask(&c, i)
	}
	return c
}

// states is how many states a bucket's life has. One that never had a configuration has one.
func (g *Generator) states(first *s3cors.Configuration) int {
	if first == nil || chance(g.random, 0.55) {
		return 1
	}
	return 2 + g.random.IntN(4)
}

// after is what a bucket holds next: a little edited, another, or nothing; and after nothing something.
func (g *Generator) after(cfg *s3cors.Configuration) *s3cors.Configuration {
	switch n := g.random.IntN(10); {
	case cfg == nil || n < 2:
		return configuration(g.random)
	case n < 5:
		return nil
	default:
		return edited(g.random, cfg)
	}
}

// digest is how the call that puts a configuration is protected; seldom otherwise than usual.
func (g *Generator) digest(cfg *s3cors.Configuration) string {
	if cfg == nil || !chance(g.random, 0.25) {
		return ""
	}
	return string(pick(g.random, unusualDigests))
}

// vain is a state that begins with a configuration that S3 refuses: seldom for its digest alone.
func (g *Generator) vain(cfg *s3cors.Configuration) State {
	if chance(g.random, 0.15) {
		return State{CORS: cfg, Refused: configuration(g.random), Digest: string(pick(g.random, spoiltDigests))}
	}
	g.refused++
	return State{CORS: cfg, Refused: refused(g.random, g.refused)}
}

// call is a state in which another call was made on a bucket. Every call comes in its turn: there are many, and a defect is of one of them.
func (g *Generator) call(cfg *s3cors.Configuration) State {
	if chance(g.random, 0.15) {
		return State{Call: recreate}
	}
	g.called++
	return State{CORS: cfg, Call: string(scenarios.BucketCalls[g.called%len(scenarios.BucketCalls)].Name)}
}

// ask makes the questions of a state.
func (g *Generator) ask(c *Case, i int) {
	state := &c.States[i]
	if state.CORS != nil && !g.pages && chance(g.random, changing) {
		state.Questions = []Question{g.change(state.CORS)}
		return
	}
	known := map[string]bool{}
	for range 4 + g.random.IntN(perState-3) {
		var best Question
		var touches []feature
		var facts []int
		news := -1.0
		for range candidates {
			q, features := g.question(c, i)
			more, of := touched(state.holds(q), q)
			features = append(features, more...)
			if n := g.Coverage.news(features); n > news && !known[q.key()] {
				best, touches, facts, news = q, features, of, n
			}
		}
		if news >= 0 {
			known[best.key()] = true
			g.Coverage.add(touches, facts)
			state.Questions = append(state.Questions, best)
		}
	}
}

// change is a question about the bucket itself, by somebody whom S3 refuses it. It is its state's only one: an endpoint that does not would answer the
// others by what came of it.
func (g *Generator) change(cfg *s3cors.Configuration) Question {
	rule := pick(g.random, cfg.CORSRules)
	origin, _ := g.origin(rule)
	q := Question{Origin: origin, Auth: pick(g.random, []string{"anonymous", "forged", "unknown-key"}), Further: Further{operations: pick(g.random, bucketChanges)}}
	features, facts := touched(cfg, q.sendable())
	g.Coverage.add(features, facts)
	return q.sendable()
}

// question makes one at the edges of the state's configuration, or of one before: what the bucket was may still show.
func (g *Generator) question(c *Case, i int) (Question, []feature) {
	of := c.States[i].CORS
	age := "now"
	if i > 0 && (of == nil || chance(g.random, 0.25)) {
		of, age = c.States[i-1].CORS, "before"
	}
	if of == nil {
		of, age = configuration(g.random), "never"
	}
	rule := pick(g.random, of.CORSRules)
	q := Question{Target: pick(g.random, targets), Auth: pick(g.random, authorisations), Send: pick(g.random, []Send{Both, Both, Preflight, Actual})}
	dimensions := []feature{{"state " + age, true}, {"target " + q.Target, true}, {"auth " + q.Auth, true}}
	add := func(dimension, value string) { dimensions = append(dimensions, feature{dimension + " " + value, true}) }
	origin, edge := g.origin(rule)
	q.Origin = origin
	add("origin", edge)
	q.Method, edge = at(g.random, methodEdges, rule, 0.75)
	add("method", edge)
	if chance(g.random, 0.55) {
		var value string
		value, edge = at(g.random, headerEdges, rule, 0.4)
		q.Request = &value
		add("headers", edge)
	}
	if fields, kind := g.fields(rule, q); chance(g.random, 0.45) {
		q.Fields = fields
		add("fields", kind)
	}
	if q.Target == "part" {
		q.Method = "PUT"
	}
	if q.Further = further(g.random); c.States[i].CORS == nil && q.Further[operations] == "PutBucketCors" {
		delete(q.Further, operations) // it puts what there is
	}
	if g.pages {
		q = q.ofPage()
	}
	q = q.sendable()
	for _, key := range slices.Sorted(maps.Keys(q.Further)) {
		add(key, q.Further[key])
	}
	add("send", string(q.Send))
	return q, dimensions
}

// targets and authorisations hold each value as often as it is asked.
var (
	targets = []string{
		object, object, object, object, object, object, object, object, "missing-object", "missing-object", "nested-object", "nested-object", "bucket", "bucket", "bucket-slash",
		"listing", "listing", "uploads", "location", "part", missingBucket, otherBucket, longerBucket, deletedBucket, service,
	}
	authorisations = []string{presigned, presigned, presigned, presigned, "signed", "signed", "anonymous", "anonymous", "forged", "expired", "unknown-key", "version-2"}
)

// origin is one at the edge of a rule's; seldom none, or an empty one.
func (g *Generator) origin(rule s3cors.Rule) (*string, string) {
	switch n := g.random.IntN(50); n {
	case 0, 1:
		return nil, "none"
	case 2:
		return new(""), "empty"
	default:
		value, name := at(g.random, originEdges, pick(g.random, rule.AllowedOrigins), 0.55)
		if value == "" || value == "none" || value == "adversarial" || strings.TrimSpace(value) != value {
			return new("https://unlisted.test"), "unlisted"
		}
		return &value, name
	}
}

// at is a value at one of the edges; usual is how often it is the first of them, which fits.
func at[T any](r *rand.Rand, edges []edge[T], from T, usual float64) (value, name string) {
	if chance(r, usual) {
		if value, ok := edges[0].make(r, from); ok {
			return value, edges[0].name
		}
	}
	for {
		e := pick(r, edges)
		if value, ok := e.make(r, from); ok {
			return value, e.name
		}
	}
}

// fields are real headers, as browsers and SDKs send them.
func (g *Generator) fields(rule s3cors.Rule, q Question) ([]Field, string) {
	reads := q.Method == http.MethodGet || q.Method == http.MethodHead
	method, _ := at(g.random, methodEdges[:4], rule, 0.5)
	asked, _ := at(g.random, headerEdges, rule, 0.5)
	kinds := []struct {
		name   string
		fields []Field
		when   bool
	}{
		{"gzip", []Field{{"Accept-Encoding", "gzip"}}, true},
		{"encodings", []Field{{"Accept-Encoding", "gzip, deflate, br, zstd"}}, true},
		{"cookie", []Field{{"Cookie", "session=1; theme=dark"}}, true},
		{"referer", []Field{{"Referer", "https://app.example.com/page"}}, true},
		{"browser", []Field{{"Accept-Encoding", "gzip, deflate, br"}, {"Accept-Language", "de,en;q=0.5"}, {"Referer", "https://app.example.com/"}, {"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "empty"}}, true},
		{"asked-method", []Field{{"Access-Control-Request-Method", method}}, true},
		{"asked-headers", []Field{{"Access-Control-Request-Headers", asked}}, asked != ""},
		{"asked-both", []Field{{"Access-Control-Request-Method", method}, {"Access-Control-Request-Headers", asked}}, asked != ""},
		{"range", []Field{{"Range", "bytes=0-3"}}, reads && strings.HasSuffix(q.Target, object)},
		{"ranges", []Field{{"Range", "bytes=0-1,3-4"}}, reads && strings.HasSuffix(q.Target, object)},
		{"suffix", []Field{{"Range", "bytes=-3"}}, reads && strings.HasSuffix(q.Target, object)},
		{"beyond", []Field{{"Range", "bytes=100000-"}}, reads && strings.HasSuffix(q.Target, object)},
		{"unmodified", []Field{{"If-None-Match", "*"}}, reads && strings.HasSuffix(q.Target, object)},
		{"mismatch", []Field{{"If-Match", `"another"`}}, reads && strings.HasSuffix(q.Target, object)},
		{"type", []Field{{"Content-Type", "application/json"}}, q.Method == http.MethodPut},
		{"meta", []Field{{"x-amz-meta-title", "holiday"}, {"Cache-Control", "no-store"}}, q.Method == http.MethodPut},
		{"compressed", []Field{{"Content-Encoding", "gzip"}}, q.Method == http.MethodPut},
		{"encrypted", []Field{{"x-amz-server-side-encryption", "AES256"}}, q.Method == http.MethodPut && q.Target != "part"},
		{"tagged", []Field{{"x-amz-tagging", "colour=blue"}}, q.Method == http.MethodPut && q.Target != "part"},
		{"as-text", []Field{{"Accept", "text/html"}}, true},
		{"as-json", []Field{{"Accept", "application/json, text/plain, */*"}, {"X-Requested-With", "XMLHttpRequest"}}, true},
		{"sparing", []Field{{"Save-Data", "on"}, {"DNT", "1"}}, true},
		{"overriding", []Field{{"X-HTTP-Method-Override", "DELETE"}}, true},
		{"traced", []Field{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}, true},
		{"own", []Field{{"X-Custom", "1"}}, true},
	}
	for {
		if k := pick(g.random, kinds); k.when {
			return k.fields, k.name
		}
	}
}
