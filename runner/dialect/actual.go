package dialect

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// actualDeviations treat actual requests in another way than S3.
var actualDeviations = []Deviation{
	{Name: "no-headers-on-status", Summary: "Answers of one status have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "the status", Examples: numbers(404, 403, 206, 304, 416, 412), summary: worded("A %s has no CORS headers."),
			make: func(v Value) change { return withoutHeaders(func(q Asked) bool { return q.Status == v.number }) }}},
	{Name: "no-headers-on-method", Summary: "Answers to one method have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "the method", Examples: []Value{Word("HEAD"), Word("PUT"), Word("POST"), Word("DELETE")}, summary: worded("Answers to %s have no CORS headers."),
			make: func(v Value) change { return withoutHeaders(func(q Asked) bool { return q.Method == v.word }) }}},
	{Name: "no-headers-on-listings", Summary: "Listings have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.has("list-type") })},
	{Name: "no-headers-on-sub-resources", Summary: "Answers for a bucket's sub-resources have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.has("location") || q.has("uploads") })},
	{Name: "no-headers-on-parts", Summary: "Answers to parts of an upload have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.has("partNumber") })},
	{Name: "no-headers-in-folders", Summary: "Answers for objects in folders have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return strings.Contains(q.Key, "/") })},
	{Name: "headers-on-the-root", Summary: "The list of buckets can be read by every page.", Class: result.Exposure, Checks: []string{"actual.allow-origin"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Target == s3cors.Service && q.Origin != nil {
				a.Headers[header.AllowOrigin] = "*"
			}
		})},
	{Name: "no-headers-on-bucket", Summary: "Answers of a bucket's URL have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.Target == s3cors.Bucket })},
	{Name: "no-headers-on-presigned", Summary: "Answers to presigned requests have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.Presigned() })},
	{Name: "no-headers-on-signed", Summary: "Answers to requests with an Authorization header have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.Signed() })},
	{Name: "no-headers-on-anonymous", Summary: "Answers to anonymous requests have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool {
			return q.Anonymous()
		})},
	{Name: "no-headers-on-authentication-errors", Summary: "A signed request that is refused with 403 gets no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.Status == 403 && !q.Anonymous() })},
	{Name: "no-headers-on-refusals", Summary: "A 403 to some methods has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "the methods", Examples: []Value{List("GET", "HEAD")}, summary: worded("A 403 to %s has no CORS headers."),
			make: func(v Value) change {
				return withoutHeaders(func(q Asked) bool { return q.Status == 403 && slices.Contains(v.list, q.Method) })
			}}},
	{Name: "no-headers-on-query", Summary: "Answers to one operation, told by its query, have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "a method, a name in the query and, where only some answers are meant, their status", Examples: []Value{Pairs(map[string]string{"method": "GET", "query": "cors"})},
			summary: worded("Answers to one operation, told by its query, have no CORS headers: %s."), check: operation,
			make: func(v Value) change {
				return withoutHeaders(func(q Asked) bool {
					return q.Method == v.pairs["method"] && q.has(v.pairs["query"]) && (v.pairs["status"] == "" || v.pairs["status"] == strconv.Itoa(q.Status))
				})
			}}},
	{Name: "no-headers-without-preflight-headers", Summary: "Actual answers have CORS headers only where the request has Access-Control-Request-Method.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool { return q.RequestMethod == nil })},
	{Name: "actual-refused", Summary: "An actual request that no rule permits is refused with 403.", Class: result.Contract, Checks: []string{"actual.status"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin != nil && q.Config != nil && a.Headers[header.AllowOrigin] == "" && q.Status < 300 && !q.has("cors") {
				a.Status = []int{403}
			}
		})},
	{Name: "actual-always-allowed", Summary: "Actual answers on a bucket with a configuration carry the origin whether or not a rule matches.", Class: result.Exposure, Checks: []string{"actual.*"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin != nil && q.Config != nil && a.Headers[header.AllowOrigin] == "" {
				a.Headers[header.AllowOrigin], a.Headers[header.Vary] = text(q.Origin), allVary
			}
		})},
	{Name: "actual-headers-without-origin", Summary: "Answers to requests without Origin carry CORS headers.", Class: result.Contract, Checks: []string{"actual.*"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin == nil && q.Config != nil {
				a.Headers[header.AllowOrigin] = "*"
			}
		})},
	{Name: "actual-without-origin-matched", Summary: "An actual request without Origin is held against the rules too: one that lists * answers.", Class: result.Contract,
		change: change{request: func(q *s3cors.Request) {
			if q.Method != http.MethodOptions && q.Origin == nil {
				absent := "-" // what only * covers; whether * covers the empty origin is open
				q.Origin = &absent
			}
		}}},
	{Name: "double-slash-unrouted", Summary: "Paths with two slashes in a row are found by no operation: 404 without CORS headers, preflights included.", Class: result.Breakage,
		change: answering(func(a *Answer, q Asked) {
			if !strings.Contains(q.Path, "//") {
				return
			}
			clear(a.Headers)
			if q.Preflight() {
				a.Status, a.Error, a.NoDocument = []int{404}, nil, true
			}
		})},
	{Name: "actual-headers-on-missing-bucket", Summary: "The 404 of a bucket that does not exist carries Allow-Origin.", Class: result.Exposure, Checks: []string{"actual.*"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin != nil && q.BucketMissing {
				a.Headers[header.AllowOrigin] = "*"
			}
		})},
	{Name: "actual-bad-method", Summary: "An actual request whose Access-Control-Request-Method does not exist is refused.", Class: Open, Checks: []string{"actual.*"},
		Parameter: &Parameter{Doc: "the status and the error document's code", Examples: []Value{Pairs(map[string]string{"status": "400", "code": "BadRequest"})}, check: isAnswer,
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if m := q.RequestMethod; !q.Preflight() && m != nil && !slices.Contains(s3cors.Methods, *m) {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "actual-checks-real-headers", Summary: "The real headers of an actual request are held against AllowedHeaders.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: withoutHeaders(func(q Asked) bool {
			r := q.Rule
			return r != nil && slices.ContainsFunc([]string{"Content-Type", "X-Amz-Meta-Title", "Range", "If-None-Match"}, func(n string) bool {
				return q.header(n) != "" && !anyHeader(r.AllowedHeaders, n)
			})
		})},
}

// exposing adds names to those that a rule exposes.
func exposing(names []string) func(map[string]string, Asked) {
	return func(h map[string]string, _ Asked) {
		exposed := listed(h[header.ExposeHeaders])
		for _, name := range names {
			if !slices.ContainsFunc(exposed, func(e string) bool { return strings.EqualFold(e, name) }) {
				exposed = append(exposed, name)
			}
		}
		if len(exposed) > 0 {
			h[header.ExposeHeaders] = strings.Join(exposed, ", ")
		}
	}
}

// listed are the elements of a header's list.
func listed(value string) []string {
	var all []string
	for element := range strings.SplitSeq(value, ",") {
		if element = strings.TrimSpace(element); element != "" {
			all = append(all, element)
		}
	}
	return all
}

func numbers(all ...int) []Value {
	values := make([]Value, len(all))
	for i, n := range all {
		values[i] = Number(n)
	}
	return values
}

// originListed reports that a rule's origins cover the request's, whatever else it asks for.
func originListed(cfg *s3cors.Configuration, q s3cors.Request) bool {
	return slices.ContainsFunc(cfg.CORSRules, func(r s3cors.Rule) bool { return matchesOrigin(rule{r, r}, q) })
}

// operation checks what tells an operation.
func operation(v Value) error {
	for name := range v.pairs {
		if name != "method" && name != "query" && name != "status" {
			return fmt.Errorf("there is no %q: it has method, query and status", name)
		}
	}
	if v.pairs["method"] == "" || v.pairs["query"] == "" {
		return errors.New("it needs method and query, such as {method: GET, query: cors}")
	}
	return nil
}
