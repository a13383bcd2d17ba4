package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/browser"
	"corsprobe/runner/result"
)

// A watch ends when CORS lets the page through, and tells each time that it does not.
func TestWatched(t *testing.T) {
	blocked, refused := result.Page{Gets: result.Blocked}, result.Page{Gets: result.Refused}
	findings := result.Page{Gets: result.Readable, Steps: []result.PageStep{{Findings: []result.Finding{{}}}}}
	for _, c := range []struct {
		name  string
		comes []result.Page
		watch time.Duration
		asked int
		gets  result.Gets
	}{
		{"no watch", []result.Page{blocked, refused}, 0, 1, result.Blocked},
		{"at once", []result.Page{{Gets: result.Permitted}}, time.Minute, 1, result.Permitted},
		{"after a while", []result.Page{blocked, {Gets: result.Unreachable}, findings, {Gets: result.Readable}}, time.Minute, 4, result.Readable},
		{"an error that can be read is CORS as it should be", []result.Page{blocked, refused}, time.Minute, 2, result.Refused},
		{"no time left", []result.Page{blocked, refused}, time.Nanosecond, 1, result.Blocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, asked := probeFlags{watch: c.watch, pause: time.Microsecond}, 0
			var told bytes.Buffer
			got := f.watched(t.Context(), func() result.Page { asked++; return c.comes[asked-1] }, &told)
			if asked != c.asked || got.Gets != c.gets {
				t.Errorf("asked %d times and got %s, want %d and %s", asked, got.Gets, c.asked, c.gets)
			}
			if lines := strings.Count(told.String(), ": asking again in "); lines != c.asked-1 {
				t.Errorf("told %d times:\n%s", lines, told.String())
			}
		})
	}
}

func TestWatchedIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := probeFlags{watch: time.Hour, pause: time.Minute}
	asked := 0
	start := time.Now()
	f.watched(ctx, func() result.Page { asked++; cancel(); return result.Page{Gets: result.Blocked} }, &bytes.Buffer{})
	if asked != 1 || time.Since(start) > 30*time.Second {
		t.Errorf("asked %d times in %s", asked, time.Since(start))
	}
	if code := pageCode(ctx, result.Page{Gets: result.Blocked}); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
}

// With a bucket's configuration in force after a while, as the command line has it.
func TestProbeWatch(t *testing.T) {
	times := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if times++; times > 1 {
			w.Header().Set("Access-Control-Allow-Origin", "*")
		}
	}))
	t.Cleanup(server.Close)
	var out, told bytes.Buffer
	if code := Main([]string{"probe", server.URL, "--origin", "https://app.example.com", "--watch"}, &out, &told); code != 0 {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
	if !regexp.MustCompile(`^\d\d:\d\d:\d\d blocked: asking again in 1s\n$`).MatchString(told.String()) {
		t.Errorf("told %q", told.String())
	}
}

// A real Chromium says the same, with a page that gets its answer and one that does not.
func TestProbeBrowser(t *testing.T) {
	if _, err := browser.Find(""); err != nil {
		t.Skip(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/open" {
			w.Header().Set("Access-Control-Allow-Origin", "*")
		}
	}))
	t.Cleanup(server.Close)
	for path, want := range map[string]struct {
		code     int
		resolved bool
		console  string
	}{
		"/open":   {0, true, ""},
		"/closed": {1, false, "No 'Access-Control-Allow-Origin' header is present"},
	} {
		var out, problems bytes.Buffer
		if code := Main([]string{"probe", server.URL + path, "--origin", "https://app.example.com", "--browser", "--json"}, &out, &problems); code != want.code {
			t.Errorf("%s: exit code %d: %s%s", path, code, out.String(), problems.String())
			continue
		}
		var p result.Page
		if err := json.Unmarshal(out.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.Chromium == nil || p.Chromium.Resolved != want.resolved || p.Chromium.Disagreement != "" || !strings.Contains(p.Chromium.Console, want.console) {
			t.Errorf("%s: %+v", path, p.Chromium)
		}
	}
}
