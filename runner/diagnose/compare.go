package diagnose

import (
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
)

// parts are the parts of an answer that a prediction missed, one bit each. Unlike findings they are told apart even where one follows from
// another: a cause that is hidden behind another shows as a part that still differs.
type parts uint32

const (
	status parts = 1 << iota
	errorCode
	errorMethod
	errorResourceType
	returned    // what GetBucketCors returns
	deleted     // whether DeleteBucketCors removed anything
	firstHeader // of s3cors.Headers: each has a bit
	beyond      = firstHeader << s3cors.HeaderCount
)

// Indexes of s3cors.Headers.
var (
	allowOrigin   = indexOf(header.AllowOrigin)
	exposeHeaders = indexOf(header.ExposeHeaders)
	maxAge        = indexOf(header.MaxAge)
	varyIndex     = indexOf(header.Vary)
)

func indexOf(name string) int {
	return slices.IndexFunc(s3cors.Headers, func(h s3cors.Header) bool { return h.Name == name })
}

// lists are the headers whose elements are compared one by one; in Allow-Methods their order counts (fact 23).
var (
	lists   = map[string]bool{"allow-methods": true, "allow-headers": true, "expose-headers": true}
	ordered = map[string]bool{"allow-methods": true}
)

// seen is an answer in a form in which answers of the same meaning are equal.
type seen struct {
	status                 int
	headers                [s3cors.HeaderCount]string
	document               bool // there is an error document
	code, method, resource string
	bodyless               bool // an answer to HEAD
}

// see reads an answer. Messages are left out: S3's wording is not asserted.
func see(method string, r result.Response) seen {
	s := seen{status: r.Status, bodyless: method == "HEAD"}
	for i, h := range s3cors.Headers {
		s.headers[i] = meaning(h.Check, h.Name, r.Headers)
	}
	if doc, err := s3error.Read(r.Body); err == nil {
		s.document, s.code, s.method, s.resource = true, doc.Code, doc.Method, doc.ResourceType
	}
	return s
}

// meaning is what the lines of a header say; empty: there are none.
func meaning(check, name string, lines []result.Header) string {
	values := result.Values(lines, name)
	switch {
	case len(values) == 0:
		return ""
	case check == "vary":
		return varying(header.Elements(lines, name))
	case lists[check]:
		elements := header.Elements(lines, name)
		if !ordered[check] {
			slices.Sort(elements)
		}
		return "=" + strings.Join(elements, ",")
	}
	for i := range values {
		values[i] = strings.Trim(values[i], " \t")
	}
	return "=" + strings.Join(values, "\n")
}

// varying keeps what CORS has to do with: an endpoint may vary on more of its own.
func varying(elements []string) string {
	var kept []string
	for _, e := range elements {
		if e = strings.ToLower(e); e == "*" {
			return "=access-control-request-headers,access-control-request-method,origin"
		}
		if strings.Contains(e, "origin") || strings.Contains(e, "access-control-") {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	slices.Sort(kept)
	return "=" + strings.Join(slices.Compact(kept), ",")
}

// expected is one predicted answer in the form of seen.
type expected struct {
	status     []int // empty: any
	headers    [s3cors.HeaderCount]string
	free       parts
	noDocument bool
	// A document's members; not asserted where empty, and absent where dialect.Nothing.
	code, method, resource string
}

// meanings keeps what lines mean that are predicted over and over. The zero value is ready for use.
type meanings struct {
	mu sync.RWMutex
	of map[predicted]string
}

// predicted is the line of one of s3cors.Headers.
type predicted struct {
	header int
	value  string
	twice  bool
}

// mostMeanings bounds what is kept: a run asks for some hundred values.
const mostMeanings = 20_000

func (m *meanings) meaning(p predicted) string {
	m.mu.RLock()
	text, known := m.of[p]
	m.mu.RUnlock()
	if known {
		return text
	}
	h := s3cors.Headers[p.header]
	lines := []result.Header{{Name: h.Name, Value: p.value}}
	if p.twice {
		lines = append(lines, lines[0])
	}
	text = meaning(h.Check, h.Name, lines)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil || len(m.of) >= mostMeanings {
		m.of = map[predicted]string{}
	}
	m.of[p] = text
	return text
}

func (m *meanings) expect(a dialect.Answer) expected {
	e := expected{status: a.Status, noDocument: a.NoDocument}
	for i, h := range s3cors.Headers {
		if value, there := a.Headers[h.Name]; there {
			e.headers[i] = m.meaning(predicted{i, value, a.Doubles(h.Name)})
		}
		if slices.Contains(a.Free, h.Name) {
			e.free |= firstHeader << i
		}
	}
	if a.Error != nil {
		e.code, e.method, e.resource = a.Error.Code, a.Error.Method, a.Error.ResourceType
	}
	return e
}

// Distinguishable reports that an endpoint's answer decides between two dialects: none of the answers a that the one permits is among those of
// the other.
func Distinguishable(a, b []dialect.Answer) bool {
	var m meanings
	for _, one := range a {
		for _, other := range b {
			if !m.expect(one).apart(m.expect(other)) {
				return false
			}
		}
	}
	return true
}

// apart reports that no answer is as both predict. What one of them does not assert tells nothing.
func (e expected) apart(other expected) bool {
	if len(e.status) > 0 && len(other.status) > 0 && !slices.ContainsFunc(e.status, func(n int) bool { return slices.Contains(other.status, n) }) {
		return true
	}
	differ := e.changes(&other) &^ (status | e.free | other.free)
	for part, pair := range map[parts][2]string{errorCode: {e.code, other.code}, errorMethod: {e.method, other.method}, errorResourceType: {e.resource, other.resource}} {
		if (pair[0] == "" || pair[1] == "") && (part != errorCode || !e.emptyFor(other) && !other.emptyFor(e)) {
			differ &^= part
		}
	}
	return differ != 0
}

// emptyFor reports that no document is predicted where the other predicts one.
func (e expected) emptyFor(other expected) bool { return e.noDocument && other.code != "" }

// missed are the parts that came otherwise.
func (e *expected) missed(s *seen) parts {
	var missed parts
	if len(e.status) > 0 && !slices.Contains(e.status, s.status) {
		missed |= status
	}
	for i := range e.headers {
		if e.headers[i] != s.headers[i] {
			missed |= firstHeader << i
		}
	}
	if s.bodyless {
		return missed &^ e.free
	}
	if e.noDocument && s.document || e.code != "" && e.code != s.code {
		missed |= errorCode
	}
	if differs(e.method, s.method) {
		missed |= errorMethod
	}
	if differs(e.resource, s.resource) {
		missed |= errorResourceType
	}
	return missed &^ e.free
}

func differs(want, got string) bool {
	if want == dialect.Nothing {
		want = ""
		return got != want
	}
	return want != "" && want != got
}

// What it costs to predict another status, or a grant where none came; more than all other parts together.
const (
	wrongStatus = 12
	wrongGrant  = 10
)

// cost weighs what was missed. A wrong status, or headers where none came and none where some came, says that another rule answered, or none
// at all; what else differs then is no evidence against anything.
func (e *expected) cost(missed parts, s *seen) int {
	switch {
	case missed&status != 0:
		return wrongStatus
	case missed&(firstHeader<<allowOrigin) != 0 && (e.headers[allowOrigin] == "") != (s.headers[allowOrigin] == ""):
		return wrongGrant
	}
	return missed.count()
}

func (p parts) count() int {
	n := 0
	for ; p != 0; p &= p - 1 {
		n++
	}
	return n
}
