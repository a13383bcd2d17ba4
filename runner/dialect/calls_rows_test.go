package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/s3cors"
)

// callRow says of one deviation how an endpoint that has it takes configuration calls.
type callRow struct {
	deviation string
	cases     []called
}

// called is a configuration call on a bucket that holds something, with what follows on S3 and here; here empty: the same. The calls are
//
//	PUT, and the configuration put behind it      the schema is broken where it is "broken"
//	GET, DELETE
//
// and what follows is the status, the error's code or what is returned, and what the bucket holds then: "200; holds https://a | GET".
type called struct {
	holds string // empty: nothing
	call  string
	put   string
	s3    string
	here  string
}

// The call's circumstances, behind the method.
func call(t *testing.T, c called) dialect.Call {
	t.Helper()
	parts := strings.Split(c.call, "; ")
	one := dialect.Call{Method: parts[0]}
	if parts[0] == "PUT" && c.put != "broken" {
		one.Put = dialecttest.Configuration(t, c.put)
		if c.put == "" {
			one.Put = &s3cors.Configuration{}
		}
		one.Bytes = len(one.Put.XML())
	}
	for _, part := range parts[1:] {
		switch part {
		case "no-bucket":
			one.Missing = true
		case s3cors.CodeBadDigest, s3cors.CodeInvalidDigest:
			one.Digest = part
		default:
			t.Fatalf("a call has no %q", part)
		}
	}
	return one
}

// outcome writes what a call led to.
func outcome(reply dialect.Reply, after dialect.State) string {
	parts := []string{strings.TrimSpace(fmt.Sprint(reply.Status, " ", reply.Code))}
	if reply.Config != nil {
		parts = append(parts, "returns "+configuration(reply.Config))
	}
	if after.Own != nil {
		parts = append(parts, "holds "+configuration(after.Own))
	}
	return strings.Join(parts, "; ")
}

// configuration writes a configuration as configured reads it, its rules joined by " + ".
func configuration(cfg *s3cors.Configuration) string {
	rules := make([]string, len(cfg.CORSRules))
	for i, r := range cfg.CORSRules {
		rules[i] = strings.Join(r.AllowedOrigins, ", ") + " | " + strings.Join(r.AllowedMethods, ", ")
		for _, list := range []struct {
			name   string
			values []string
		}{{"headers", r.AllowedHeaders}, {"expose", r.ExposeHeaders}} {
			if len(list.values) > 0 {
				rules[i] += " | " + list.name + " " + strings.Join(list.values, ", ")
			}
		}
		if r.MaxAgeSeconds != nil {
			rules[i] += fmt.Sprintf(" | age %d", *r.MaxAgeSeconds)
		}
		if r.ID != "" {
			rules[i] += " | id " + r.ID
		}
	}
	if len(rules) == 0 {
		return "no rules"
	}
	return strings.Join(rules, " + ")
}

func (r callRow) check(t *testing.T) {
	d := dialecttest.Dialect(t, r.deviation)
	differs, alike := 0, 0
	for _, c := range r.cases {
		before := dialect.State{Own: dialecttest.Configuration(t, c.holds)}
		if got := outcome(dialect.Dialect(nil).Call(before, call(t, c))); got != c.s3 {
			t.Errorf("%s %s on a bucket with %q\n leads on S3 to %s\n want           %s", c.call, c.put, c.holds, got, c.s3)
		}
		want := c.here
		if want == "" {
			want, alike = c.s3, alike+1
		} else {
			differs++
		}
		if got := outcome(d.Call(before, call(t, c))); got != want {
			t.Errorf("%s %s on a bucket with %q\n leads to %s\n want     %s", c.call, c.put, c.holds, got, want)
		}
	}
	if differs == 0 || alike == 0 {
		t.Errorf("%d calls are answered otherwise, %d alike; at least one of each is needed", differs, alike)
	}
}

func TestCallRows(t *testing.T) {
	for _, r := range callRows() {
		t.Run(r.deviation, r.check)
	}
}

const (
	one       = "https://a.example | GET"
	two       = "https://b.example | PUT"
	malformed = "400 MalformedXML"
	invalid   = "400 InvalidRequest"
)

// accepted is a configuration that S3 refuses and the endpoint takes.
func accepted(put, s3 string) called {
	return called{call: "PUT", put: put, s3: s3, here: "200; holds " + holding(put)}
}

// refused is a configuration that S3 takes and the endpoint refuses.
func refused(put, here string) called {
	return called{call: "PUT", put: put, s3: "200; holds " + holding(put), here: here}
}

// kept is a configuration that both take, declined one that both refuse.
func kept(put string) called { return called{call: "PUT", put: put, s3: "200; holds " + holding(put)} }

func declined(put, s3 string) called { return called{call: "PUT", put: put, s3: s3} }

func holding(put string) string {
	if put == "" {
		return "no rules"
	}
	return strings.NewReplacer("\n", " + ", "''", "").Replace(put)
}

// rules is a configuration of so many rules.
func rules(n int) string { return strings.TrimSuffix(strings.Repeat(one+"\n", n), "\n") }

// callRows: what PutBucketCors accepts (facts 55 to 70), what is kept (55, 73), what GetBucketCors and DeleteBucketCors do (72 to 74).
func callRows() []callRow {
	return append(validationRows(), storageRows()...)
}

func validationRows() []callRow {
	return []callRow{
		{"accepts-method: PATCH", []called{accepted("* | GET, PATCH", invalid), declined("* | get", invalid), declined("* | ''", invalid), kept("* | GET")}},
		{"accepts-method: get", []called{accepted("* | get", invalid), declined("* | PATCH", invalid)}},
		{"accepts-two-stars", []called{accepted("https://*.a.* | GET", invalid), declined("* | GET | headers x-*-*", invalid), declined("* | PATCH", invalid)}},
		{"accepts-two-stars-in-header", []called{accepted("* | GET | headers x-*-*", invalid), declined("https://*.a.* | GET", invalid)}},
		{"accepts-star-in-expose", []called{accepted("* | GET | expose x-*", invalid), declined("* | GET | headers x-*-*", invalid)}},
		{"accepts-odd-exposed-names", []called{accepted("* | GET | expose x y", invalid), declined("* | GET | expose x-*", invalid)}},
		// by which code S3 refuses a long ID is open (fact 65)
		{"accepts-long-id", []called{accepted("* | GET | id "+strings.Repeat("x", 256), "400"), declined("* | PATCH", invalid), kept("* | GET | id " + strings.Repeat("x", 255))}},
		{"accepts-no-rules", []called{accepted("", malformed), declined("* | -", malformed), kept(one)}},
		{"accepts-no-methods", []called{
			{call: "PUT", put: "* | -", s3: malformed, here: "200; holds * | "},
			declined("- | -", malformed), declined("- | GET", malformed), declined("", malformed),
		}},
		{"accepts-101-rules", []called{accepted(rules(101), invalid), kept(rules(100)), declined("* | PATCH", invalid)}},
		{"accepts-anything", []called{accepted("* | PATCH", invalid), accepted("", malformed), accepted("https://*.a.* | GET", invalid), declined("broken", malformed)}},
		{"refuses-bare-host", []called{refused("app.example | GET", malformed), kept("* | GET"), kept("https://app.example | GET"), kept("'' | GET")}},
		{"refuses-wildcard-within", []called{refused("https://app-*.example | GET", malformed), kept("https://*.example | GET"), kept("* | GET")}},
		{"refuses-path-in-origin", []called{refused("https://a.example/path | GET", malformed), refused("https://a.example/ | GET", malformed), kept(one), kept("a/b | GET")}},
		{"refuses-empty-origin", []called{refused("'' | GET", malformed), kept("* | GET")}},
		{"refuses-empty-text", []called{refused("'', * | GET", "500 InternalError"), kept("*, '' | GET"), declined("* | ''", invalid)}},
		{"accepts-two-stars-behind-the-first", []called{
			accepted("https://a.example, https://*.a.* | GET", invalid), declined("https://*.a.*, https://a.example | GET", invalid), declined("* | PATCH", invalid),
		}},
		{"refuses-second-origin", []called{refused("https://a.example, https://b.example | GET", malformed), kept(one + "\n" + two)}},
		{"refuses-id", []called{refused(one+" | id x", malformed), kept(one)}},
		{"refuses-without-max-age", []called{refused(one, malformed), kept(one + " | age 0")}},
		{"most-rules: 2", []called{refused(rules(3), invalid), kept(rules(2)), declined("", malformed)}},
		{"document-bytes: 400", []called{refused(rules(4), malformed), kept(one)}},
		{"refusal-malformed", []called{
			{call: "PUT", put: "* | PATCH", s3: invalid, here: malformed}, declined("", malformed), kept(one),
		}},
		{"refusal-malformed-for-empty-method", []called{
			{call: "PUT", put: "* | GET, ''", s3: invalid, here: malformed}, declined("* | PATCH", invalid), kept(one),
		}},
		{"refusal-code: {InvalidRequest: CORSInvalidRequest}", []called{
			{call: "PUT", put: "* | PATCH", s3: invalid, here: "400 CORSInvalidRequest"}, declined("", malformed), kept(one),
		}},
		{"digest-unchecked: [BadDigest]", []called{
			{call: "PUT; BadDigest", put: one, s3: "400 BadDigest", here: "200; holds " + one},
			{call: "PUT; InvalidDigest", put: one, s3: "400 InvalidDigest"},
			{call: "PUT; BadDigest", put: "* | PATCH", s3: "400 BadDigest", here: invalid}, // what is unchecked is read
		}},
		{"digest-code: {InvalidDigest: BadDigest}", []called{
			{call: "PUT; InvalidDigest", put: one, s3: "400 InvalidDigest", here: "400 BadDigest"},
			{call: "PUT; BadDigest", put: one, s3: "400 BadDigest"}, kept(one),
		}},
	}
}

func storageRows() []callRow {
	held := func(call, put, s3, here string) called {
		return called{holds: one, call: call, put: put, s3: s3, here: here}
	}
	return []callRow{
		{"refused-put-wipes", []called{
			held("PUT", "* | PATCH", invalid+"; holds "+one, invalid),
			held("PUT", two, "200; holds "+two, ""), {call: "PUT", put: "", s3: malformed},
		}},
		{"put-merges", []called{
			held("PUT", two, "200; holds "+two, "200; holds "+two+" + "+one),
			kept(two), held("PUT", "* | PATCH", invalid+"; holds "+one, ""),
		}},
		{"put-once", []called{held("PUT", two, "200; holds "+two, "200; holds "+one), kept(two)}},
		{"last-rule-lost", []called{
			{call: "PUT", put: one + "\n" + two, s3: "200; holds " + one + " + " + two, here: "200; holds " + one},
			kept(one),
		}},
		returnedRow("returned-ids-added", one, one+" | id rule-1", one+" | id mine"),
		returnedRow("returned-ids-lost", one+" | id mine", one, one),
		returnedRow("returned-lower-case", "* | GET | headers X-A | expose ETag", "* | GET | headers x-a | expose etag", "https://A.example | GET | headers x-a"),
		returnedRow("returned-sorted: [ExposeHeaders]", "* | PUT, GET | expose b, a", "* | PUT, GET | expose a, b", "* | PUT, GET | headers b, a"),
		returnedRow("returned-once: [AllowedOrigins]", "a, b, a | GET", "a, b | GET", "a, b | GET, GET"),
		returnedRow("returned-methods-order: [GET, PUT, DELETE, HEAD, POST]", "* | HEAD, PUT, GET", "* | GET, PUT, HEAD", "* | GET, POST"),
		returnedRow("returned-max-age", one, one+" | age 0", one+" | age 60"),
		{"delete-ignored", []called{held("DELETE", "", "204", "204; holds "+one), {call: "DELETE", s3: "204"}}},
		{"delete-twice-404", []called{
			{call: "DELETE", s3: "204", here: "404 NoSuchCORSConfiguration"},
			held("DELETE", "", "204", ""), {call: "DELETE; no-bucket", s3: "404 NoSuchBucket"}, {call: "GET", s3: "404 NoSuchCORSConfiguration"},
		}},
		{"delete-200", []called{held("DELETE", "", "204", "200"), {call: "DELETE", s3: "204", here: "200"}, {call: "DELETE; no-bucket", s3: "404 NoSuchBucket"}}},
		{"get-none-200", []called{
			{call: "GET", s3: "404 NoSuchCORSConfiguration", here: "200; returns no rules"},
			{call: "GET; no-bucket", s3: "404 NoSuchBucket"}, held("GET", "", "200; returns "+one+"; holds "+one, ""),
		}},
		{"get-none-204", []called{{call: "GET", s3: "404 NoSuchCORSConfiguration", here: "204"}, {call: "DELETE", s3: "204"}, {call: "GET; no-bucket", s3: "404 NoSuchBucket"}}},
		{"get-none-code: NoSuchKey", []called{
			{call: "GET", s3: "404 NoSuchCORSConfiguration", here: "404 NoSuchKey"},
			held("GET", "", "200; returns "+one+"; holds "+one, ""), {call: "GET; no-bucket", s3: "404 NoSuchBucket"},
		}},
		missingRow("get-of-missing-bucket: {status: 404, code: NoSuchCORSConfiguration}", "GET", "404 NoSuchCORSConfiguration", "PUT", "DELETE"),
		missingRow("put-on-missing-bucket: {status: 200}", "PUT", "200", "GET", "DELETE"),
		missingRow("delete-on-missing-bucket: {status: 204}", "DELETE", "204", "GET", "PUT"),
	}
}

// returnedRow is a row about what GetBucketCors returns; the bucket holds what was put (fact 73).
func returnedRow(deviation, put, here, alike string) callRow {
	get := func(put, returned string) string { return "200; returns " + returned + "; holds " + put }
	return callRow{deviation, []called{
		{holds: put, call: "GET", s3: get(put, put), here: get(put, here)},
		{holds: alike, call: "GET", s3: get(alike, alike)},
		{call: "GET", s3: "404 NoSuchCORSConfiguration"},
	}}
}

// missingRow is a row about one call where there is no bucket, which S3 answers 404 NoSuchBucket (facts 38, 74).
func missingRow(deviation, method, here string, others ...string) callRow {
	r := callRow{deviation: deviation, cases: []called{{call: method + "; no-bucket", put: one, s3: "404 NoSuchBucket", here: here}}}
	for _, other := range others {
		r.cases = append(r.cases, called{call: other + "; no-bucket", put: one, s3: "404 NoSuchBucket"})
	}
	return r
}
