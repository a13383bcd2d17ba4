package runner

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Every dimension of the format is applied to a request, and nothing else is.
func TestEveryDimensionIsApplied(t *testing.T) {
	var want, got []string
	for _, d := range scenarios.Dimensions() {
		want = append(want, d.Key)
	}
	for _, a := range applications {
		got = append(got, a.dimension)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("applied: %v, want %v", got, want)
	}
}

func TestShaped(t *testing.T) {
	for _, c := range []struct {
		key  scenarios.Key
		want string
	}{
		{"", "a"}, {scenarios.PlainKey, "a"}, {scenarios.DoubleSlash, "folder//a"}, {scenarios.TrailingSlash, "a/"},
		{scenarios.Dots, ".hidden/v1..2/a..."}, {scenarios.Percent, "100%/%2F%zz/a"}, {scenarios.ManyScripts, "Ελλάδα/日本/🎉 a"},
		{scenarios.LeadingSlash, "/a"}, {scenarios.Signs, "q?a=b&c#d+e f;g,h:i@j$k!l*m'(n)/a"}, {scenarios.PageName, "a/index.html"}, {scenarios.CallName, "a/cors"},
	} {
		if got := shaped(c.key, "a", 0); got != c.want {
			t.Errorf("%s: %q, want %q", c.key, got, c.want)
		}
	}
	for _, prefix := range []int{0, 23} {
		key := shaped(scenarios.Longest, "object.txt", prefix)
		if len(key)+prefix != longestKey || !strings.HasPrefix(key, "object.txt/") || strings.HasSuffix(key, "/") {
			t.Errorf("the longest key behind %d bytes has %d: %s", prefix, len(key), key)
		}
		for _, part := range strings.Split(key, "/") {
			if part == "" || len(part) > 255 {
				t.Errorf("a part of %d bytes in %s", len(part), key)
			}
		}
	}
}

// A browser's preflight never carries cookies, and what a scenario sets itself is not sent twice.
func TestClientLines(t *testing.T) {
	origin := "https://app.example.com"
	cell := scenarios.Cell{Origin: &origin, Client: scenarios.ChromiumCookie}
	if got := result.Values(clientLines(cell, scenarios.Preflight), "Cookie"); len(got) != 0 {
		t.Errorf("a preflight with the cookies %q", got)
	}
	if got := result.Values(clientLines(cell, scenarios.Actual), "Cookie"); len(got) != 1 {
		t.Errorf("%d cookies with a request, want 1", len(got))
	}
	if got := result.Values(clientLines(cell, scenarios.Actual), "Referer"); !slices.Equal(got, []string{"https://app.example.com/"}) {
		t.Errorf("Referer %q", got)
	}
	cell.Headers.Fields = []scenarios.Field{{Name: "referer", Value: "https://elsewhere.example"}}
	if got := result.Values(clientLines(cell, scenarios.Actual), "Referer"); len(got) != 0 {
		t.Errorf("a second Referer %q", got)
	}
	for client, want := range map[scenarios.Client]map[string]string{
		scenarios.Safari:         {"Accept-Encoding": "gzip, deflate, br", "Sec-Fetch-Dest": "empty"},
		scenarios.ChromiumVideo:  {"Accept-Encoding": "identity;q=1, *;q=0", "Sec-Fetch-Dest": "video"},
		scenarios.ChromiumFont:   {"Sec-Fetch-Dest": "font"},
		scenarios.ChromiumReload: {"Cache-Control": "no-cache", "Pragma": "no-cache"},
		scenarios.ChromiumLocal:  {"Access-Control-Request-Private-Network": ""},
		scenarios.Proxied:        {"Via": "1.1 proxy.example.net", "Cookie": ""},
	} {
		for name, value := range want {
			if got := strings.Join(result.Values(clientLines(scenarios.Cell{Origin: &origin, Client: client}, scenarios.Actual), name), "|"); got != value {
				t.Errorf("%s sends %s: %q, want %q", client, name, got, value)
			}
		}
	}
	if got := result.Values(clientLines(scenarios.Cell{Origin: &origin, Client: scenarios.ChromiumLocal}, scenarios.Preflight), "Access-Control-Request-Private-Network"); !slices.Equal(got, []string{"true"}) {
		t.Errorf("a preflight for the private network has %q", got)
	}
	if lines := clientLines(scenarios.Cell{Origin: &origin, Client: scenarios.Plain}, scenarios.Actual); lines != nil {
		t.Errorf("plain sends %v", lines)
	}
}

// placeholder is a word in braces. A policy, which is JSON, has braces too.
var placeholder = regexp.MustCompile(`(\{|%7B)[a-z]+(\}|%7D)`)

// An operation's headers become the request's own, so that the preflight asks for them; its placeholders are filled in.
func TestOperate(t *testing.T) {
	w := newWorld()
	s := stageIn(t, w)
	origin := "https://app.example.com"
	cell := scenarios.Cell{ID: "x", Target: scenarios.Object, Method: "PUT", Origin: &origin, Operation: "CopyObject", Authorisation: scenarios.Anonymous, Addressing: scenarios.Auto, Send: []scenarios.Send{scenarios.Preflight, scenarios.Actual}}
	requests, err := s.requests(t.Context(), cell)
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Values(requests[0].Header, "Access-Control-Request-Headers"); !slices.Equal(got, []string{"x-amz-copy-source"}) {
		t.Errorf("the preflight asks for %q", got)
	}
	if got := result.Values(requests[1].Header, "x-amz-copy-source"); !slices.Equal(got, []string{"/" + s.place.Name() + "/" + objectName}) {
		t.Errorf("x-amz-copy-source %q", got)
	}
	s.place.holds = trial
	for _, o := range scenarios.Operations() {
		cell.Operation, cell.Method, cell.Target = o.Name, o.Method, o.Target
		requests, err := s.requests(t.Context(), cell)
		if err != nil {
			t.Errorf("%s: %v", o.Name, err)
			continue
		}
		q := requests[len(requests)-1]
		text := q.URL.RawQuery + string(q.Body)
		for _, h := range q.Header {
			text += h.Value
		}
		if placeholder.MatchString(text) { // a form's policy is in base64
			t.Errorf("%s has a placeholder left: %s", o.Name, text)
		}
	}
}

// What a query has beyond what is asked for stands in preflight and request alike.
func TestParameters(t *testing.T) {
	s := stageIn(t, newWorld())
	for _, c := range []struct {
		parameters scenarios.Parameters
		target     scenarios.Target
		want       string
	}{
		{"", scenarios.Object, ""},
		{scenarios.UsualParameters, scenarios.Listing, "list-type=2"},
		{scenarios.SDKParameters, scenarios.Object, "x-id=PutObject"},
		{scenarios.UnknownOnes, scenarios.Listing, "list-type=2&cache-buster=1&v=2"},
	} {
		cell := scenarios.Cell{Target: c.target, Method: "PUT", Parameters: c.parameters, Authorisation: scenarios.Anonymous, Send: []scenarios.Send{scenarios.Preflight, scenarios.Actual}}
		requests, err := s.requests(t.Context(), cell)
		if err != nil || requests[0].URL.RawQuery != c.want || requests[1].URL.RawQuery != c.want {
			t.Errorf("%s of %s: %q and %q, %v, want %q", c.parameters, c.target, requests[0].URL.RawQuery, requests[1].URL.RawQuery, err, c.want)
		}
		if c.parameters == scenarios.SDKParameters && outcomeOf(cell).Status != nil {
			t.Error("the status is asserted of a request with a parameter that an endpoint need not know")
		}
	}
}

// A configuration is put again in buckets of the run's own alone, and only where it has one.
func TestConfigurationAgain(t *testing.T) {
	s := stageIn(t, newWorld())
	cell := scenarios.Cell{Target: scenarios.Bucket, Method: "PUT", Operation: "PutBucketCors", Authorisation: scenarios.Anonymous, Send: []scenarios.Send{scenarios.Actual}}
	want := "it puts the configuration again, which needs a bucket of the run's own that has one"
	if _, err := s.requests(t.Context(), cell); err == nil || err.Error() != want {
		t.Errorf("without a configuration: %v, want %s", err, want)
	}
	s.place.holds = trial
	if requests, err := s.requests(t.Context(), cell); err != nil || string(requests[0].Body) != string(trial.XML()) {
		t.Errorf("%v, want the configuration", err)
	}
	s.run.opts.Bucket = "theirs"
	if _, err := s.requests(t.Context(), cell); err == nil || err.Error() != want {
		t.Errorf("in a user's bucket: %v, want %s", err, want)
	}
}

func TestNotOffered(t *testing.T) {
	cell := scenarios.Cell{Operation: "GetObjectAcl"}
	answer := func(status int) result.Exchange { return result.Exchange{Response: result.Response{Status: status}} }
	if got, want := notOffered(cell, scenarios.Actual, answer(501)), "the endpoint does not offer GetObjectAcl: it answers 501"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := notOffered(scenarios.Cell{Operation: "PostObject"}, scenarios.Actual, answer(405)), "the endpoint does not offer PostObject: it answers 405"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for name, got := range map[string]string{
		"a preflight":     notOffered(cell, scenarios.Preflight, answer(501)),
		"another status":  notOffered(cell, scenarios.Actual, answer(405)),
		"an error":        notOffered(scenarios.Cell{Operation: "PostObject"}, scenarios.Actual, answer(403)),
		"a usual request": notOffered(scenarios.Cell{}, scenarios.Actual, answer(501)),
	} {
		if got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// stageIn is a stage in a new bucket of a world.
func stageIn(t *testing.T, w *world) *stage {
	t.Helper()
	b, err := w.NewBucket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{store: w, probes: w}
	return &stage{run: r, place: &place{bucket: b}}
}
