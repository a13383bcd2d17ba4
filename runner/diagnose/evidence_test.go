package diagnose

import (
	"slices"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// A step's call is read with all that decides what it comes to.
func TestCallOf(t *testing.T) {
	broken := `<CORSConfiguration><CORSRule></CORSRule`
	for _, c := range []struct {
		name    string
		step    result.Step
		method  string // empty: no call
		rules   int    // -1: what was put does not fit the schema
		missing bool
		digest  string
	}{
		{"none", result.Step{}, "", -1, false, ""},
		{"a configuration", result.Step{Call: "PutBucketCors", CORS: configuration(t, "* | GET")}, "PUT", 1, false, ""},
		{"what is put goes before what is held", result.Step{Call: "PutBucketCors", Put: configuration(t, "* | PATCH\n* | GET"), CORS: configuration(t, "* | GET")}, "PUT", 2, false, ""},
		{"a document", result.Step{Call: "PutBucketCors", Put: string(dialecttest.Configuration(t, "* | GET").XML())}, "PUT", 1, false, ""},
		{"a broken document", result.Step{Call: "PutBucketCors", Put: broken}, "PUT", -1, false, ""},
		{"nobody's bucket", result.Step{Call: "GetBucketCors", On: "missing-bucket"}, "GET", -1, true, ""},
		{"a wrong digest", result.Step{Call: "PutBucketCors", Put: configuration(t, "* | GET"), Digest: "wrong-md5"}, "PUT", 1, false, "BadDigest"},
		{"a malformed digest", result.Step{Call: "PutBucketCors", Put: configuration(t, "* | GET"), Digest: "malformed-md5"}, "PUT", 1, false, "InvalidDigest"},
		{"deletion", result.Step{Call: "DeleteBucketCors"}, "DELETE", -1, false, ""},
		{"a bucket made again", result.Step{Call: "RecreateBucket"}, dialect.Recreate, -1, false, ""},
	} {
		call := callOf(c.step)
		switch {
		case call == nil:
			if c.method != "" {
				t.Errorf("%s: no call is read, want %s", c.name, c.method)
			}
		case call.Method != c.method || call.Missing != c.missing || call.Digest != c.digest:
			t.Errorf("%s: read as %s, missing %t, digest %q; want %s, %t, %q", c.name, call.Method, call.Missing, call.Digest, c.method, c.missing, c.digest)
		case (call.Put == nil) != (c.rules < 0):
			t.Errorf("%s: what was put is %+v, want %d rules", c.name, call.Put, c.rules)
		case call.Put != nil && len(call.Put.CORSRules) != c.rules:
			t.Errorf("%s: %d rules were put, want %d", c.name, len(call.Put.CORSRules), c.rules)
		}
	}
}

// A request is read as the models see it: what its URL names, whether that is there, and what it is owed apart from CORS.
func TestAskedOf(t *testing.T) {
	for _, c := range []struct {
		name, cell  string
		target      s3cors.Target
		place       place
		key         string
		missing     bool // the bucket
		keyMissing  bool
		status      int
		fault       string
		withMethods bool
	}{
		{"an object", "GET /b/a/key; origin x => 200", s3cors.Object, own, "a/key", false, false, 200, "", false},
		{"a bucket", "GET /b; origin x => 200", s3cors.Bucket, own, "", false, false, 200, "", false},
		{"a listing", "GET /b/?list-type=2; target listing; origin x => 200", s3cors.Bucket, own, "", false, false, 200, "", false},
		{"the root", "GET /; target service; origin x => 403", s3cors.Service, nowhere, "", false, false, 403, "", false},
		{"a missing bucket", "GET /c/key; target missing-bucket; origin x => 404", s3cors.Object, nowhere, "key", true, false, 404, "", false},
		{"a deleted bucket", "GET /c/key; target deleted-bucket; origin x => 404", s3cors.Object, deletedBucket, "key", true, false, 404, "", false},
		{"another bucket", "GET /c/key; target other-bucket; origin x => 200", s3cors.Object, other, "key", false, false, 200, "", false},
		{"a missing object", "GET /b/key; target missing-object; origin x => 404", s3cors.Object, own, "key", false, true, 404, "", false},
		{"the preflight of a PUT, before the object is there", "OPTIONS /b/key; no object; origin x; for PUT => 200", s3cors.Object, own, "key", false, true, 0, "", true},
		{"an expired URL", "OPTIONS /b/key; auth expired; origin x; for GET => 200", s3cors.Object, own, "key", false, false, 0, "expired", true},
		{"a signed request", "OPTIONS /b/key; auth signed; origin x; for GET => 200", s3cors.Object, own, "key", false, false, 0, "", true},
	} {
		cell := requestCell(t, "1", "s", c.cell)
		q := askedOf(cell, cell.Exchanges[0], "http://endpoint")
		switch {
		case q.Target != c.target || placeOf(cell.Point.Target) != c.place || q.Key != c.key:
			t.Errorf("%s: target %s, place %d, key %q; want %s, %d, %q", c.name, q.Target, placeOf(cell.Point.Target), q.Key, c.target, c.place, c.key)
		case q.BucketMissing != c.missing || q.KeyMissing != c.keyMissing:
			t.Errorf("%s: bucket missing %t, key missing %t; want %t, %t", c.name, q.BucketMissing, q.KeyMissing, c.missing, c.keyMissing)
		case q.Status != c.status || q.Fault != c.fault || (q.RequestMethod != nil) != c.withMethods || *q.Origin != "x":
			t.Errorf("%s: read as %+v", c.name, q)
		}
	}
}

// What an actual request is owed is what came, but where the report says that something else was.
func TestOutcomeOf(t *testing.T) {
	cell := requestCell(t, "1", "s", "GET /b/key; origin x => 403")
	for _, c := range []struct {
		check, expected string
		status          int
		code            string
	}{
		{"actual.vary", "404", 403, ""},
		{"actual.status", "404 NoSuchKey", 404, ""},
		{"actual.status", "a grant", 403, ""},
		{"actual.error-code", "NoSuchKey in the document", 403, "NoSuchKey"},
	} {
		cell.Findings = []result.Finding{{Check: c.check, Expected: c.expected}}
		if got := outcomeOf(cell, cell.Exchanges[0]); got.Status[0] != c.status || got.Code != c.code {
			t.Errorf("%s expected %q: owed %v %q, want %d %q", c.check, c.expected, got.Status, got.Code, c.status, c.code)
		}
	}
}

// The key is all of the path where the host names the bucket.
func TestKeyOf(t *testing.T) {
	for _, c := range []struct{ url, endpoint, want string }{
		{"http://endpoint:9000/b/a/key", "http://endpoint:9000", "a/key"},
		{"http://b.endpoint:9000/a/key", "http://endpoint:9000", "a/key"},
		{"http://endpoint/b", "http://endpoint", ""},
		{"http://endpoint/b//key", "http://endpoint", "/key"},
	} {
		cell := requestCell(t, "1", "s", "GET /b/key => 200")
		cell.Exchanges[0].Request.URL = c.url
		if got := askedOf(cell, cell.Exchanges[0], c.endpoint).Key; got != c.want {
			t.Errorf("%s at %s names the key %q, want %q", c.url, c.endpoint, got, c.want)
		}
	}
}

// What a PutBucketCors came to, with its exchanges and without.
func TestPutCame(t *testing.T) {
	held, other := dialecttest.Configuration(t, "* | GET"), dialecttest.Configuration(t, "* | PUT")
	for _, c := range []struct {
		name     string
		step     step
		status   int
		code     string
		returned *s3cors.Configuration // nil: not known
	}{
		{"accepted, nothing kept", step{put: "* | GET"}, 200, "", held},
		{"accepted, and returned as it was put", step{put: "* | GET", came: "200"}, 200, "", held},
		{"accepted, and returned otherwise", step{put: "* | GET", returned: "* | PUT", finds: "config.round-trip"}, 200, "", other},
		{"refused", step{put: "* | PATCH", came: "400 InvalidRequest"}, 400, "InvalidRequest", nil},
		{"refused though S3 accepts it", step{put: "* | GET", came: "501 NotImplemented", finds: "config.status"}, 501, "NotImplemented", nil},
		{"refused, nothing kept", step{put: "* | PATCH"}, 0, "", nil},
	} {
		e := read(small(t, c.step))
		if c.status == 0 {
			if len(e.cases) > 0 {
				t.Errorf("%s: %+v is read, want nothing", c.name, e.cases[0].call)
			}
			continue
		}
		if len(e.cases) != 1 {
			t.Errorf("%s: %d observations are read, want 1", c.name, len(e.cases))
			continue
		}
		came := e.cases[0].call
		if came.status != c.status || came.code != c.code || came.read != (c.returned != nil) || came.read && !s3cors.Equal(came.returned, c.returned) {
			t.Errorf("%s: came to %+v, want %d %q, returning %v", c.name, came, c.status, c.code, c.returned)
		}
	}
}

// A call that was left out is taken as done, and is nobody's cause.
func TestCallsThatWereNotMade(t *testing.T) {
	r := small(t, step{put: "* | GET", cells: []string{"GET /b/key; origin https://app.example => 200; origin *; methods GET; vary"}})
	r.Cells[0].Verdict = result.Unsupported
	e := read(r)
	for _, d := range []dialect.Dialect{nil, dialecttest.Dialect(t, "refuses-without-max-age")} {
		if s := e.replay(d)[0][0]; s.Own == nil || len(s.Own.CORSRules) != 1 {
			t.Errorf("under %q the bucket holds %v, want the rule", d, s.Own)
		}
	}
	r.Cells[0].Verdict = result.Passed
	if s := read(r).replay(dialecttest.Dialect(t, "refuses-without-max-age"))[0][0]; s.Own != nil {
		t.Errorf("where the call was made, the bucket holds %v, want nothing", s.Own)
	}
}

// What a scenario of its own expects otherwise than S3 does, is not held against anything.
func TestPassesAreTrusted(t *testing.T) {
	r := small(t, step{put: "https://app.example | GET", cells: []string{"GET /b/key; origin https://other.example => 200; origin https://other.example; credentials; methods GET; vary"}})
	e := read(r)
	if n := slices.IndexFunc(e.cases, func(o *observation) bool { return o.call == nil }); e.cases[n].ignored&(firstHeader<<allowOrigin) == 0 {
		t.Errorf("of a pass with a grant that S3 does not owe, %b is ignored, want Allow-Origin at least", e.cases[n].ignored)
	}
	if d := Report(r); len(d.Causes)+len(d.Unexplained) > 0 {
		t.Errorf("it has causes %v, unexplained %q, want none", causes(d), d.Unexplained)
	}
}
