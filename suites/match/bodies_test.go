package match_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/suites/match"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
)

// body counts how often it was closed.
type body struct {
	io.Reader
	closed int
}

func (b *body) Close() error { b.closed++; return nil }

// An *http.Response gets its body back, whole and still to be closed by whoever asked.
func TestBodyIsPutBack(t *testing.T) {
	long := refusal + strings.Repeat("x", 100<<10)
	for _, text := range []string{"", refusal, long} {
		b := &body{Reader: strings.NewReader(text)}
		res := &http.Response{StatusCode: http.StatusForbidden, Body: b}
		for range 3 {
			if _, err := match.ErrorCode("AccessForbidden").Match(res); err != nil {
				t.Fatal(err)
			}
		}
		got, err := io.ReadAll(res.Body)
		if err != nil || string(got) != text {
			t.Errorf("%d bytes are left of %d: %v", len(got), len(text), err)
		}
		if err := res.Body.Close(); err != nil || b.closed != 1 {
			t.Errorf("closed %d times, %v", b.closed, err)
		}
	}
}

// No body is no error document; one that cannot be read is an error of the match.
func TestBodies(t *testing.T) {
	ok, err := match.ErrorCode("AccessForbidden").Match(&http.Response{StatusCode: http.StatusForbidden})
	if ok || err != nil {
		t.Errorf("without a body: %t, %v", ok, err)
	}
	broken := &http.Response{StatusCode: http.StatusForbidden, Body: io.NopCloser(io.MultiReader(strings.NewReader("<Error>"), brokenReader{}))}
	if ok, err := match.ErrorCode("AccessForbidden").Match(broken); ok || textOf(err) != "match: reading the body: connection reset" {
		t.Errorf("a broken body: %t, %v", ok, err)
	}
	if ok, err := match.RefusePreflight("AccessForbidden").Match(broken); ok || err == nil {
		t.Errorf("a broken body of a refusal: %t, %v", ok, err)
	}
	if ok, err := match.RefusePreflight().Match(broken); !ok || err != nil {
		t.Errorf("without a code the body is not read: %t, %v", ok, err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// The matcher within is asked with what the documentation says, and its error is the whole's.
func TestSubMatchers(t *testing.T) {
	type seen = any
	full := exchange(200, "<Error><Code>Teapot</Code></Error>", "Access-Control-Allow-Origin: https://a.example", "Access-Control-Max-Age: 0600", "Vary: Origin,  ,Accept", "Access-Control-Allow-Methods: GET,PUT")
	for name, c := range map[string]struct {
		matcher func(gomega.OmegaMatcher) gomega.OmegaMatcher
		want    seen
	}{
		"AllowOrigin":  {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.AllowOrigin(m) }, "https://a.example"},
		"MaxAge":       {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.MaxAge(m) }, 600},
		"VaryOn":       {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.VaryOn(m) }, []string{"Origin", "Accept"}},
		"AllowMethods": {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.AllowMethods(m) }, []string{"GET", "PUT"}},
		"AllowHeaders": {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.AllowHeaders(m) }, []string(nil)},
		"HaveStatus":   {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.HaveStatus(m) }, 200},
		"ErrorCode":    {func(m gomega.OmegaMatcher) gomega.OmegaMatcher { return match.ErrorCode(m) }, "Teapot"},
	} {
		var got any
		spy := gomega.WithTransform(func(v any) bool { got = v; return true }, gomega.BeTrue())
		if ok, err := c.matcher(spy).Match(full); !ok || err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", c.want) {
			t.Errorf("%s: %t, %v, asked with %#v, want %#v", name, ok, err, got, c.want)
		}
		failing := gomega.WithTransform(func(any) (bool, error) { return false, errors.New("planted") }, gomega.BeTrue())
		if ok, err := c.matcher(failing).Match(full); ok || err == nil || !strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: %t, %v, want the error of the matcher within", name, ok, err)
		}
	}
}

// A number of seconds is digits alone: browsers read no sign and no fraction.
func TestMaxAgeNumbers(t *testing.T) {
	for value, want := range map[string]bool{"0": true, "600": true, "+600": false, "-1": false, "6e2": false, "600.0": false, "": false, "600, 600": false, "99999999999999999999": false} {
		if ok, err := match.MaxAge(gomega.BeNumerically(">=", 0)).Match(headers("Access-Control-Max-Age: " + value)); ok != want || err != nil {
			t.Errorf("%q: %t, %v, want %t", value, ok, err, want)
		}
	}
}

// What cannot be printed is quoted, and what is long is cut with a word of how to see it.
func TestLongAndUnprintable(t *testing.T) {
	limit := format.MaxLength
	format.MaxLength = 10
	t.Cleanup(func() { format.MaxLength = limit })
	for value, want := range map[string]string{
		"0123456789":      "0123456789",
		"0123456789abc":   "0123456789... and 3 bytes more; format.MaxLength = 0 shows them",
		"012345678€":      "012345678... and 3 bytes more; format.MaxLength = 0 shows them",
		"a\x1b[31m":       `"a\x1b[31m"`,
		"a\r\nSet-Cookie": `"a\r\nSet-Coo"... and 3 bytes more; format.MaxLength = 0 shows them`,
	} {
		got := match.AllowOrigin("*").FailureMessage([]result.Header{{Name: "Access-Control-Allow-Origin", Value: value}})
		lines := strings.Split(got, "\n")
		if _, shown, _ := strings.Cut(lines[1], ": "); shown != want {
			t.Errorf("%q is shown as %s, want %s", value, shown, want)
		}
	}
	format.MaxLength = 0
	if got := match.AllowOrigin("*").FailureMessage([]result.Header{{Name: "Access-Control-Allow-Origin", Value: strings.Repeat("x", 9000)}}); !strings.Contains(got, strings.Repeat("x", 9000)) {
		t.Error("format.MaxLength = 0 does not show the whole")
	}
}

// By the Fetch standard (CORS-preflight fetch, steps 7 and on; CORS check), what lets a page go on that asks without credentials.
func TestGrantPreflight(t *testing.T) {
	const origin, star = "Access-Control-Allow-Origin: https://app.example.com", "Access-Control-Allow-Origin: *"
	const put, date = "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: X-AMZ-DATE"
	ask := func(method, names string) []result.Header {
		lines := headers("Origin: https://app.example.com", "Access-Control-Request-Method: "+method)
		if names != "" {
			lines = append(lines, headers("Access-Control-Request-Headers: "+names)...)
		}
		return lines
	}
	for _, c := range []struct {
		name   string
		asked  []result.Header
		status int
		lines  []string
		want   bool
	}{
		{"all of it", ask("PUT", "x-amz-date"), 200, []string{origin, put, date}, true},
		{"200 to 299", ask("PUT", "x-amz-date"), 299, []string{origin, put, date}, true},
		{"300", ask("PUT", "x-amz-date"), 300, []string{origin, put, date}, false},
		{"199", ask("PUT", "x-amz-date"), 199, []string{origin, put, date}, false},
		{"no origin allowed", ask("PUT", ""), 200, []string{put}, false},
		{"another origin", ask("PUT", ""), 200, []string{origin + ".org", put}, false},
		{"origin with a slash", ask("PUT", ""), 200, []string{origin + "/", put}, false},
		{"origin in upper case", ask("PUT", ""), 200, []string{"Access-Control-Allow-Origin: https://APP.example.com", put}, false},
		{"origin twice", ask("PUT", ""), 200, []string{star, star, put}, false},
		{"a method that needs none", ask("POST", ""), 200, []string{star}, true},
		{"a method that is not listed", ask("PUT", ""), 200, []string{star, "Access-Control-Allow-Methods: GET, POST"}, false},
		{"a method in lower case", ask("PUT", ""), 200, []string{star, "Access-Control-Allow-Methods: put"}, false},
		{"no methods at all", ask("DELETE", ""), 200, []string{star}, false},
		{"every method", ask("DELETE", ""), 200, []string{star, "Access-Control-Allow-Methods: *"}, true},
		{"methods that are none", ask("PUT", ""), 200, []string{star, "Access-Control-Allow-Methods: PUT, G T"}, false},
		{"names over two lines", ask("GET", "a,b"), 200, []string{star, "Access-Control-Allow-Headers: a", "Access-Control-Allow-Headers: b"}, true},
		{"one name of two", ask("GET", "a,b"), 200, []string{star, "Access-Control-Allow-Headers: a"}, false},
		{"a pattern", ask("GET", "x-amz-date"), 200, []string{star, "Access-Control-Allow-Headers: x-amz-*"}, false},
		{"every name", ask("GET", "x-amz-date"), 200, []string{star, "Access-Control-Allow-Headers: *"}, true},
		{"* and Authorization", ask("GET", "authorization"), 200, []string{star, "Access-Control-Allow-Headers: *"}, false},
		{"Authorization by name", ask("GET", "authorization"), 200, []string{star, "Access-Control-Allow-Headers: *, Authorization"}, true},
		{"no Origin was sent", headers("Access-Control-Request-Method: GET"), 200, []string{star}, false},
	} {
		ex := result.Exchange{Request: result.Request{Method: http.MethodOptions, Headers: c.asked}, Response: result.Response{Status: c.status, Headers: headers(c.lines...)}}
		if ok, err := match.GrantPreflight().Match(ex); ok != c.want || err != nil {
			t.Errorf("%s: %t, %v, want %t\n%s", c.name, ok, err, c.want, match.GrantPreflight().FailureMessage(ex))
		}
	}
}

// An answer as net/http gives it, over a real connection.
func TestHTTPResponse(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Methods", "GET, PUT")
	}))
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://app.example.com")
	request.Header.Set("Access-Control-Request-Method", "PUT")
	res, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	g := gomega.NewWithT(t)
	g.Expect(res).To(match.GrantPreflight())
	g.Expect(res).To(gomega.And(match.HaveStatus(200), match.AllowOrigin("https://app.example.com"), match.AllowMethods("GET", "PUT"), match.NoHeader("Vary")))
	g.Expect(res).NotTo(match.RefusePreflight())
}
