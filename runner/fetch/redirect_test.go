package fetch_test

import (
	"fmt"
	"testing"

	"corsprobe/runner/fetch"
)

// hop is an answer of an address on another origin than the page's.
func hop(status int, lines ...string) fetch.Hop {
	return fetch.Hop{URL: "https://s3.example.com/bucket/key?x=1", Response: *answer(status, lines...)}
}

func TestRedirectCheck(t *testing.T) {
	const star = "Access-Control-Allow-Origin: *"
	const tainted = "the next request's Origin is null, because the redirect leads from one foreign origin to another: only Access-Control-Allow-Origin * or null matches it"
	get := fetch.Request{Method: "GET", Origin: page}
	post := fetch.Request{Method: "post", Origin: page, UnsafeNames: []string{"Content-Type", "x-a"},
		Headers: head("Content-Type: application/json", "Content-Language: de", "X-B: 1", "Authorization: x")}
	tests := []struct {
		name  string
		req   fetch.Request
		hop   fetch.Hop
		url   string
		next  fetch.Request
		notes []string
	}{
		{"within the endpoint", get, hop(302, star, "Location: /other"), "https://s3.example.com/other", get, nil},
		{"to another foreign origin", get, hop(307, star, "Location: https://eu.example.com/key"), "https://eu.example.com/key",
			fetch.Request{Method: "GET", Origin: "null"}, []string{tainted}},
		{"to another port", get, hop(307, star, "Location: https://s3.example.com:8443/"), "https://s3.example.com:8443/",
			fetch.Request{Method: "GET", Origin: "null"}, []string{tainted}},
		{"back to the page's origin", get, hop(308, star, "Location: https://app.example.com/"), "https://app.example.com/",
			fetch.Request{Method: "GET", Origin: "null"}, []string{tainted}},
		{"null stays null", fetch.Request{Method: "GET", Origin: "null"}, hop(302, star, "Location: https://eu.example.com/"),
			"https://eu.example.com/", fetch.Request{Method: "GET", Origin: "null"}, nil},
		{"from the page's own origin, without the check", get,
			fetch.Hop{URL: "https://app.example.com/a", Response: *answer(302, "Location: https://s3.example.com/")},
			"https://s3.example.com/", get, nil},
		{"own origin with a user name", get,
			fetch.Hop{URL: "https://app.example.com/a", Response: *answer(302, "Location: https://u@app.example.com/")},
			"https://u@app.example.com/", get, nil},
		{"an @ without a user name", get, hop(302, star, "Location: https://:@s3.example.com/"), "https://:@s3.example.com/", get, nil},
		{"301 makes a POST a GET", post, hop(301, star, "Location: /x"), "https://s3.example.com/x",
			fetch.Request{Method: "GET", Origin: page, UnsafeNames: []string{"x-a"}, Headers: head("X-B: 1", "Authorization: x")},
			[]string{"the redirect makes a GET of the POST"}},
		{"307 keeps a POST", post, hop(307, star, "Location: /x"), "https://s3.example.com/x",
			fetch.Request{Method: "POST", Origin: page, UnsafeNames: post.UnsafeNames, Headers: post.Headers}, nil},
		{"another origin loses Authorization", post, hop(308, star, "Location: https://eu.example.com/"), "https://eu.example.com/",
			fetch.Request{Method: "POST", Origin: "null", UnsafeNames: []string{"Content-Type", "x-a"},
				Headers: head("Content-Type: application/json", "Content-Language: de", "X-B: 1")}, []string{tainted}},
		{"303 makes a PUT a GET", fetch.Request{Method: "PUT", Origin: page}, hop(303, star, "Location: /x"), "https://s3.example.com/x",
			get, []string{"the redirect makes a GET of the PUT"}},
		{"302 keeps a PUT", fetch.Request{Method: "PUT", Origin: page}, hop(302, star, "Location: /x"), "https://s3.example.com/x",
			fetch.Request{Method: "PUT", Origin: page}, nil},
		{"303 keeps a HEAD", fetch.Request{Method: "HEAD", Origin: page}, hop(303, star, "Location: /x"), "https://s3.example.com/x",
			fetch.Request{Method: "HEAD", Origin: page}, nil},
		{"the twentieth", get, fetch.Hop{URL: "https://s3.example.com/", Followed: 19, Response: *answer(302, star, "Location: /x")},
			"https://s3.example.com/x", get, nil},

		{"not a redirect", get, hop(200, star, "Location: /x"), "", fetch.Request{}, nil},
		{"304", get, hop(304, star, "Location: /x"), "", fetch.Request{}, nil},
		{"300", get, hop(300, star, "Location: /x"), "", fetch.Request{}, nil},
		{"no Location", get, hop(307, star), "", fetch.Request{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fetch.RedirectCheck(tt.req, tt.hop)
			verdict(t, "verdict", r.Verdict, "", "")
			equal(t, "notes", r.Verdict.Notes, tt.notes)
			equal(t, "follow", r.Follow, tt.url != "")
			equal(t, "address", r.URL, tt.url)
			equal(t, "request", r.Request, tt.next)
		})
	}
}

func TestRedirectCheckDenies(t *testing.T) {
	const star = "Access-Control-Allow-Origin: *"
	get := fetch.Request{Origin: page}
	tests := []struct {
		name     string
		hop      fetch.Hop
		reason   fetch.Reason
		sentence string
	}{
		{"the redirect itself fails the check", hop(302, "Location: /x"),
			fetch.AllowOriginMissing, "the answer has no Access-Control-Allow-Origin"},
		{"user and password", hop(302, star, "Location: https://u:p@eu.example.com/"),
			fetch.RedirectCredentials, `the redirect's Location "https://u:p@eu.example.com/" holds a user name or password`},
		{"password alone", hop(302, star, "Location: https://:p@s3.example.com/"),
			fetch.RedirectCredentials, `the redirect's Location "https://:p@s3.example.com/" holds a user name or password`},
		{"user alone, same endpoint", hop(302, star, "Location: https://u@s3.example.com/"),
			fetch.RedirectCredentials, `the redirect's Location "https://u@s3.example.com/" holds a user name or password`},
		{"from the page's own origin to a user elsewhere",
			fetch.Hop{URL: "https://app.example.com/", Response: *answer(302, "Location: https://u@s3.example.com/")},
			fetch.RedirectCredentials, `the redirect's Location "https://u@s3.example.com/" holds a user name or password`},
		{"another scheme", hop(302, star, "Location: ftp://s3.example.com/"),
			fetch.NotHTTP, `the redirect goes to "ftp://s3.example.com/", not to an http or https address`},
		{"data", hop(302, star, "Location: data:,x"),
			fetch.NotHTTP, `the redirect goes to "data:,x", not to an http or https address`},
		{"no address", hop(302, star, "Location: https://[::1"),
			fetch.RedirectInvalid, `the redirect's Location "https://[::1" is not an address`},
		{"two Locations", hop(302, star, "Location: /a", "Location: /b"),
			fetch.RedirectInvalid, `the redirect has more than one Location: "/a, /b"`},
		{"the twenty-first", fetch.Hop{URL: "https://s3.example.com/", Followed: 20, Response: *answer(302, star, "Location: /x")},
			fetch.RedirectLimit, "20 redirects were followed, and a browser stops there"},
		{"asked address without scheme", fetch.Hop{URL: "/x", Response: *answer(302, star, "Location: /x")},
			fetch.NotHTTP, `"/x" is not an http or https address`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fetch.RedirectCheck(get, tt.hop)
			verdict(t, "verdict", r.Verdict, tt.reason, tt.sentence)
			equal(t, "rest", fetch.Redirect{Verdict: r.Verdict}, r)
		})
	}
}

// A GET is sent from one region to another: only * lets the last answer be read, since the Origin has become null.
func TestRedirectToAnotherRegion(t *testing.T) {
	first := fetch.RedirectCheck(fetch.Request{Origin: page}, hop(307, "Access-Control-Allow-Origin: "+page, "Location: https://eu.example.com/key"))
	named := fetch.Evaluate(first.Request, nil, answer(200, "Access-Control-Allow-Origin: "+page))
	verdict(t, "named", named.Standard, fetch.AllowOriginMismatch,
		`the answer has Access-Control-Allow-Origin "https://app.example.com", not "null"`)
	star := fetch.Evaluate(first.Request, nil, answer(200, "Access-Control-Allow-Origin: *"))
	verdict(t, "star", star.Standard, "", "")
}

// A body that is a stream is sent once: only 303, after which there is none, is followed. It needs a preflight whatever the method.
func TestRedirectOfAStream(t *testing.T) {
	stream := fetch.Request{Method: "POST", Origin: page, StreamBody: true}
	for status, allowed := range map[int]bool{301: false, 302: false, 303: true, 307: false, 308: false} {
		r := fetch.RedirectCheck(stream, hop(status, "Access-Control-Allow-Origin: *", "Location: /x"))
		if allowed {
			verdict(t, "see other", r.Verdict, "", "")
			equal(t, "request", r.Request, fetch.Request{Method: "GET", Origin: page})
			continue
		}
		verdict(t, "stream", r.Verdict, fetch.RedirectStream, fmt.Sprintf("the request's body is a stream, which cannot be sent again after %d: only 303 can be followed", status))
	}
	equal(t, "preflight", fetch.NeedsPreflight(stream), true)
	verdict(t, "no list of methods", fetch.PreflightCheck(stream, *answer(200, "Access-Control-Allow-Origin: *")), "", "")
}
