package fuzz

import (
	"fmt"
	"slices"
	"testing"

	"corsprobe/runner/s3cors"
)

// config has one rule for one origin and GET.
func config(origin string) *s3cors.Configuration {
	return &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{origin}, AllowedMethods: []string{"GET"}}}}
}

// badly is a configuration that S3 refuses.
func badly() *s3cors.Configuration {
	return &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://bad.test"}, AllowedMethods: []string{"PATCH"}}}}
}

// asking are so many questions.
func asking(n int) []Question {
	var all []Question
	for i := range n {
		all = append(all, Question{Target: object, Auth: presigned, Method: "GET", Origin: new(fmt.Sprintf("https://%d.test", i))})
	}
	return all
}

// held names what each state of a case holds, by the first origin; "-": nothing.
func held(c Case) []string {
	var all []string
	for _, s := range c.States {
		if s.CORS == nil {
			all = append(all, "-")
		} else {
			all = append(all, s.CORS.CORSRules[0].AllowedOrigins[0])
		}
	}
	return all
}

// A state that puts nothing of its own holds what the one before holds.
func TestFollow(t *testing.T) {
	for _, c := range []struct {
		name   string
		states []State
		want   []string
	}{
		{"puts", []State{{CORS: config("a")}, {CORS: config("b")}}, []string{"a", "b"}},
		{"a deletion", []State{{CORS: config("a")}, {}}, []string{"a", "-"}},
		{"in vain", []State{{CORS: config("a")}, {CORS: config("x"), Refused: badly()}}, []string{"a", "a"}},
		{"in vain at first", []State{{CORS: config("x"), Refused: badly()}}, []string{"-"}},
		{"another call", []State{{CORS: config("a")}, {CORS: config("x"), Call: "PutBucketAcl"}}, []string{"a", "a"}},
		{"made again", []State{{CORS: config("a")}, {CORS: config("a"), Call: recreate}, {CORS: config("a"), Call: "PutBucketAcl"}}, []string{"a", "-", "-"}},
		{"after a deletion", []State{{CORS: config("a")}, {}, {CORS: config("a"), Refused: badly()}, {CORS: config("b")}}, []string{"a", "-", "-", "b"}},
	} {
		all := Case{c.states}
		all.follow()
		if got := held(all); !slices.Equal(got, c.want) {
			t.Errorf("%s: the states hold %s, want %s", c.name, got, c.want)
		}
	}
}

func TestStates(t *testing.T) {
	good, bad := config("a"), badly()
	for _, c := range []struct {
		name    string
		state   State
		put     *s3cors.Configuration
		deletes bool
	}{
		{"a configuration", State{CORS: good}, good, false},
		{"none", State{}, nil, true},
		{"one in vain", State{CORS: good, Refused: bad}, bad, false},
		{"a call", State{CORS: good, Call: "PutBucketAcl"}, nil, false},
		{"made again", State{Call: recreate}, nil, false},
	} {
		if got := c.state.put(); got != c.put {
			t.Errorf("%s: %v is put, want %v", c.name, got, c.put)
		}
		if got := c.state.deletes(); got != c.deletes {
			t.Errorf("%s: deletes is %t, want %t", c.name, got, c.deletes)
		}
	}
	for _, c := range []struct {
		name  string
		state State
		want  bool
	}{
		{"what S3 refuses", State{Refused: bad}, true},
		{"what S3 takes", State{Refused: good}, false},
		{"what S3 takes, with another's digest", State{Refused: good, Digest: "wrong-md5"}, true},
		{"what S3 takes, with a checksum", State{Refused: good, Digest: "sha256"}, false},
	} {
		if got := c.state.refuses(); got != c.want {
			t.Errorf("%s: refused is %t, want %t", c.name, got, c.want)
		}
	}
}

// A case has as many questions as are left, and no state after the last of them.
func TestFirstQuestions(t *testing.T) {
	c := Case{[]State{{CORS: config("a"), Questions: asking(3)}, {CORS: config("b"), Questions: asking(2)}}}
	for _, w := range []struct{ left, states, questions int }{{1, 1, 1}, {3, 1, 3}, {4, 2, 4}, {5, 2, 5}, {9, 2, 5}} {
		got := c.clone().first(w.left)
		if len(got.States) != w.states || got.Questions() != w.questions {
			t.Errorf("of %d questions left there are %d, in %d states; want %d in %d", w.left, got.Questions(), len(got.States), w.questions, w.states)
		}
	}
	if c.Rules() != 2 {
		t.Errorf("%d rules, want 2", c.Rules())
	}
}

// A copy shares nothing with what it was made of.
func TestClone(t *testing.T) {
	for i, c := range cases(21, 30) {
		before := Case{[]State{}}
		before.States = append(before.States, c.clone().States...)
		copied := c.clone()
		for k := range copied.States {
			s := &copied.States[k]
			for _, cfg := range []*s3cors.Configuration{s.CORS, s.Refused} {
				if cfg == nil || len(cfg.CORSRules) == 0 {
					continue
				}
				r := &cfg.CORSRules[0]
				for _, list := range [][]string{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders} {
					if len(list) > 0 {
						list[0] = "changed"
					}
				}
				r.ID = "changed"
			}
			for n := range s.Questions {
				q := &s.Questions[n]
				if len(q.Fields) > 0 {
					q.Fields[0].Name = "changed"
				}
				for key := range q.Further {
					q.Further[key] = "changed"
				}
				q.Method = "changed"
			}
		}
		if got, want := scenarioOf(t, c), scenarioOf(t, before); got != want {
			t.Fatalf("case %d has changed with its copy:\n%s\n%s", i, want, got)
		}
	}
}

func scenarioOf(t *testing.T, c Case) string {
	t.Helper()
	text, err := YAML(c, "x", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The model is asked for what is sent: the preflight with what a browser would ask for, the actual request with what stands in its headers.
func TestAsked(t *testing.T) {
	origin := new("https://a.test")
	for _, c := range []struct {
		name string
		q    Question
		want []string
	}{
		{"both", Question{Target: object, Origin: origin, Method: "PUT"}, []string{"OPTIONS object for PUT [-]", "PUT object for - [-]"}},
		{"a preflight", Question{Target: object, Origin: origin, Method: "PATCH", Send: Preflight, Request: new("x-a")}, []string{`OPTIONS object for PATCH ["x-a"]`}},
		{"no method", Question{Target: object, Origin: origin, Send: Preflight}, []string{"OPTIONS object for - [-]"}},
		{"an actual request", Question{Target: "listing", Origin: origin, Method: "GET", Send: Actual, Fields: []Field{{"access-control-request-method", "PUT"}}}, []string{"GET bucket for PUT [-]"}},
		{"what a browser asks for", Question{Target: object, Origin: origin, Method: "PUT", Send: Preflight, Fields: []Field{{"X-B", "1"}, {"X-A", "1"}, {"Accept", "text/html"}}}, []string{`OPTIONS object for PUT ["x-a,x-b"]`}},
		{"a missing bucket", Question{Target: missingBucket, Origin: origin, Method: "GET", Send: Actual}, []string{"GET object for - [-] missing"}},
		{"a deleted bucket", Question{Target: deletedBucket, Origin: origin, Method: "GET", Send: Actual}, []string{"GET object for - [-] missing"}},
		{"the service", Question{Target: service, Origin: origin, Method: "GET", Send: Actual}, []string{"GET service for - [-]"}},
		{"an operation", Question{Target: object, Origin: origin, Method: "PUT", Send: Preflight, Further: Further{operations: "CopyObject"}}, []string{`OPTIONS object for PUT ["x-amz-copy-source"]`}},
	} {
		var got []string
		for _, r := range c.q.asked() {
			target := map[s3cors.Target]string{s3cors.Object: "object", s3cors.Bucket: "bucket", s3cors.Service: "service"}[r.Target]
			method := "-"
			if r.RequestMethod != nil {
				method = *r.RequestMethod
			}
			text := fmt.Sprintf("%s %s for %s [%s]", r.Method, target, method, shown(r.RequestHeaders))
			if r.BucketMissing {
				text += " missing"
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Buckets beside the one that is configured hold nothing.
func TestHolds(t *testing.T) {
	state := State{CORS: config("a")}
	for target, want := range map[string]bool{
		object: true, "missing-object": true, "listing": true, "bucket": true, "part": true,
		missingBucket: false, otherBucket: false, longerBucket: false, deletedBucket: false, service: false,
	} {
		if got := state.holds(Question{Target: target}) != nil; got != want {
			t.Errorf("%s is answered by the configuration: %t, want %t", target, got, want)
		}
	}
}

// What cannot be sent is not: what a method, a target or an operation does not permit.
func TestSendable(t *testing.T) {
	list, fields := new("x-a"), []Field{{"X-A", "1"}}
	for _, c := range []struct {
		name string
		q    Question
		want Question
	}{
		{"as it is", Question{Target: object, Method: "PUT"}, Question{Target: object, Method: "PUT"}},
		{"a method that S3 has not", Question{Target: object, Method: "PATCH"}, Question{Target: object, Method: "PATCH", Send: Preflight}},
		{"a bucket is not written", Question{Target: "bucket", Method: "DELETE"}, Question{Target: "bucket", Method: "DELETE", Send: Preflight}},
		{"a bucket is read", Question{Target: "bucket", Method: "GET"}, Question{Target: "bucket", Method: "GET"}},
		{"a list or headers", Question{Target: object, Method: "PUT", Request: list, Fields: fields}, Question{Target: object, Method: "PUT", Fields: fields}},
		{"a list before headers", Question{Target: object, Method: "PUT", Request: list, Fields: fields, Send: Preflight}, Question{Target: object, Method: "PUT", Request: list, Send: Preflight}},
		{"no list of an actual request", Question{Target: object, Method: "PUT", Request: list, Send: Actual}, Question{Target: object, Method: "PUT", Send: Actual}},
		{
			"an operation's own", Question{Target: "bucket", Method: "GET", Fields: fields, Further: Further{operations: "CopyObject"}},
			Question{Target: object, Method: "PUT", Further: Further{operations: "CopyObject"}},
		},
		{
			"no preflight of a version", Question{Target: object, Method: "GET", Request: list, Further: Further{operations: "GetObject-version"}},
			Question{Target: object, Method: "GET", Send: Actual, Further: Further{operations: "GetObject-version"}},
		},
		{
			"a form's preflight", Question{Auth: "signed", Further: Further{operations: "PostObject"}},
			Question{Target: "bucket", Method: "POST", Auth: "anonymous", Send: Preflight, Further: Further{operations: "PostObject"}},
		},
		{
			"a forged form", Question{Auth: "signed", Further: Further{operations: "PostObject-forged"}},
			Question{Target: "bucket", Method: "POST", Auth: "anonymous", Further: Further{operations: "PostObject-forged"}},
		},
		{
			"signed chunks", Question{Auth: presigned, Further: Further{operations: "PutObject-chunks"}},
			Question{Target: object, Method: "PUT", Auth: "signed", Further: Further{operations: "PutObject-chunks"}},
		},
		{
			"what changes a bucket", Question{Auth: "signed", Further: Further{operations: "DeleteBucketCors"}},
			Question{Target: "bucket", Method: "DELETE", Auth: "anonymous", Further: Further{operations: "DeleteBucketCors"}},
		},
		{
			"by somebody who may not", Question{Auth: "forged", Further: Further{operations: "DeleteBucketCors"}},
			Question{Target: "bucket", Method: "DELETE", Auth: "forged", Further: Further{operations: "DeleteBucketCors"}},
		},
		{
			"a key of a bucket", Question{Target: "bucket", Method: "GET", Further: Further{"keys": "dots"}},
			Question{Target: "bucket", Method: "GET"},
		},
		{
			"the size of what is deleted", Question{Target: object, Method: "DELETE", Further: Further{"sizes": "no-byte"}},
			Question{Target: object, Method: "DELETE"},
		},
		{
			"much that is refused", Question{Target: object, Method: "PUT", Auth: "anonymous", Further: Further{"sizes": "2-MiB", "clients": "firefox"}},
			Question{Target: object, Method: "PUT", Auth: "anonymous", Further: Further{"clients": "firefox"}},
		},
		{
			"much of a part of no upload", Question{Target: "part", Method: "PUT", Auth: "signed", Further: Further{"sizes": "6-MiB"}},
			Question{Target: "part", Method: "PUT", Auth: "signed"},
		},
		{
			"nothing that is refused", Question{Target: object, Method: "PUT", Auth: "anonymous", Further: Further{"sizes": "no-byte"}},
			Question{Target: object, Method: "PUT", Auth: "anonymous", Further: Further{"sizes": "no-byte"}},
		},
	} {
		got := c.q.sendable()
		if a, b := written(got), written(c.want); a != b {
			t.Errorf("%s: %s, want %s", c.name, a, b)
		}
		if a, b := written(got.sendable()), written(got); a != b {
			t.Errorf("%s: a second time it is %s, and was %s", c.name, a, b)
		}
	}
}

func written(q Question) string { return q.key() + " send " + string(q.Send) }
