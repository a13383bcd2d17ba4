package runner

import (
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
	if lines := clientLines(scenarios.Cell{Origin: &origin, Client: scenarios.Plain}, scenarios.Actual); lines != nil {
		t.Errorf("plain sends %v", lines)
	}
}

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
		if strings.Contains(text, "{") || strings.Contains(text, "%7B") {
			t.Errorf("%s has a placeholder left: %s", o.Name, text)
		}
	}
}

func TestNotOffered(t *testing.T) {
	cell := scenarios.Cell{Operation: "GetObjectAcl"}
	answer := func(status int) result.Exchange { return result.Exchange{Response: result.Response{Status: status}} }
	if got, want := notOffered(cell, scenarios.Actual, answer(501)), "the endpoint does not offer GetObjectAcl: it answers 501"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for name, got := range map[string]string{
		"a preflight":     notOffered(cell, scenarios.Preflight, answer(501)),
		"another status":  notOffered(cell, scenarios.Actual, answer(405)),
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
