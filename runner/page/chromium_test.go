package page

import (
	"context"
	"errors"
	"strings"
	"testing"

	"corsprobe/runner/browser"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
)

// fake is a browser to which the same thing always happens.
type fake struct {
	outcome browser.Outcome
	err     error
	asked   *browser.Request
}

func (f *fake) Send(_ context.Context, q browser.Request) (browser.Outcome, error) {
	f.asked = &q
	return f.outcome, f.err
}

func TestConfirm(t *testing.T) {
	answered := browser.Outcome{Resolved: true, Actual: &browser.Exchange{Status: 403}}
	denied := browser.Outcome{Code: "MissingAllowOriginHeader", Failed: "net::ERR_FAILED", Console: "Access to fetch at 'https://s3.example.com/k?X-Amz-Signature=planted' from origin …"}
	for _, c := range []struct {
		name    string
		page    result.Page
		send    bool
		outcome browser.Outcome
		notSent string
		differs string
	}{
		{"as the model says", result.Page{Method: "GET", Gets: result.Readable}, false, answered, "", ""},
		{"a readable error", result.Page{Method: "GET", Gets: result.Refused}, false, answered, "", ""},
		{"blocked", result.Page{Method: "GET", Gets: result.Blocked}, false, denied, "", ""},
		{"blocked, and the model says readable", result.Page{Method: "GET", Gets: result.Readable}, false, denied, "",
			"the page gets the answer by the model, and Chromium gave it an error: MissingAllowOriginHeader net::ERR_FAILED"},
		{"readable, and the model says blocked", result.Page{Method: "GET", Gets: result.Blocked}, false, answered, "", "Chromium gave the page the answer, and by the model it is blocked"},
		{"what changes something is not sent", result.Page{Method: "PUT", Gets: result.Permitted}, false, answered, "the PUT changes something; --send sends it", ""},
		{"unless it is wanted", result.Page{Method: "PUT", Gets: result.Readable}, true, answered, "", ""},
		{"no page can", result.Page{Method: "GET", Gets: result.Blocked}, false, browser.Outcome{NotSendable: "no page can"}, "no page can", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, f := c.page, &fake{outcome: c.outcome}
			p.Steps = []result.PageStep{{}}
			if err := Confirm(t.Context(), f, Request{URL: "https://s3.example.com/k?X-Amz-Signature=planted", Send: c.send, Page: fetch.Request{Origin: app}}, &p); err != nil {
				t.Fatal(err)
			}
			if p.Chromium.NotSent != c.notSent || p.Chromium.Disagreement != c.differs {
				t.Errorf("not sent %q, disagreement %q", p.Chromium.NotSent, p.Chromium.Disagreement)
			}
			if strings.Contains(p.Chromium.Console, "planted") {
				t.Errorf("a signature is shown: %s", p.Chromium.Console)
			}
		})
	}
}

func TestConfirmAsks(t *testing.T) {
	f := &fake{}
	p := result.Page{Method: "PUT", Steps: []result.PageStep{{}}}
	q := Request{URL: "https://s3.example.com/k", Send: true, Page: fetch.Request{Origin: app, Method: "put", Credentials: fetch.Include, UnsafeNames: []string{"x-a"}, Headers: []result.Header{{Name: "X-B", Value: "b"}}}}
	if err := Confirm(t.Context(), f, q, &p); err != nil {
		t.Fatal(err)
	}
	want := &browser.Request{Origin: app, Method: "PUT", URL: "https://s3.example.com/k", Credentials: true, Headers: []result.Header{{Name: "X-B", Value: "b"}, {Name: "x-a", Value: "corsprobe"}}}
	if diff := cmp.Diff(want, f.asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f.err = errors.New("it crashed")
	if err := Confirm(t.Context(), f, q, &p); err == nil || err.Error() != "it crashed" {
		t.Errorf("error %v", err)
	}
	nothing := result.Page{Sentence: "browsers do not connect to port 25"}
	if err := Confirm(t.Context(), f, q, &nothing); err != nil || nothing.Chromium.NotSent != "nothing is sent: browsers do not connect to port 25" {
		t.Errorf("%v %+v", err, nothing.Chromium)
	}
}

// A browser carries headers on to wherever a redirect leads: where one is as good as a key, it is let go nowhere else.
func TestHostsFor(t *testing.T) {
	for name, want := range map[string][]string{"X-Plain": nil, "Authorization": {"s3.example.com"}, "x-amz-security-token": {"s3.example.com"}} {
		got := HostsFor(Request{URL: "https://s3.example.com:8443/k", Page: fetch.Request{Headers: []result.Header{{Name: name, Value: "v"}}}})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
