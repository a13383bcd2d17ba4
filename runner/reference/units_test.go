package reference

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// What a request names, in either style of addressing.
func TestWhere(t *testing.T) {
	for _, c := range []struct {
		host, path, bucket, key string
		target                  s3cors.Target
	}{
		{"localhost:9000", "/", "", "", s3cors.Service},
		{"localhost:9000", "/b", "b", "", s3cors.Bucket},
		{"localhost:9000", "/b/", "b", "", s3cors.Bucket},
		{"localhost:9000", "/b/folder/key", "b", "folder/key", s3cors.Object},
		{"localhost:9000", "/b//key", "b", "/key", s3cors.Object},
		{"b.localhost:9000", "/", "b", "", s3cors.Bucket},
		{"b.localhost:9000", "/folder/key", "b", "folder/key", s3cors.Object},
		{"b.localhost:9000", "/b/key", "b", "b/key", s3cors.Object},
		{"other.example:9000", "/b/key", "b", "key", s3cors.Object},
	} {
		r := &http.Request{Host: c.host, URL: &url.URL{Path: c.path}}
		bucket, target := where(r)
		if bucket != c.bucket || target != c.target {
			t.Errorf("%s%s names %q, %s; want %q, %s", c.host, c.path, bucket, target, c.bucket, c.target)
		}
		if target == s3cors.Object && keyOf(bucket, r) != c.key {
			t.Errorf("%s%s names the key %q, want %q", c.host, c.path, keyOf(bucket, r), c.key)
		}
	}
}

// Headers that come in several lines are one list; an empty one is there, and one that is not sent is not.
func TestValue(t *testing.T) {
	r := &http.Request{Header: http.Header{"Origin": {"a", "b"}, "Access-Control-Request-Headers": {""}}}
	if got := value(r, "Origin"); got == nil || *got != "a, b" {
		t.Errorf("Origin is %v, want a, b", got)
	}
	if got := value(r, "Access-Control-Request-Headers"); got == nil || *got != "" {
		t.Errorf("an empty header is %v, want the empty text", got)
	}
	if got := value(r, "Access-Control-Request-Method"); got != nil {
		t.Errorf("a header that was not sent is %q", *got)
	}
}

// A presigned URL is valid for its seconds from its date, and one that says neither is not presigned.
func TestExpired(t *testing.T) {
	signed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	query := func(date, seconds string) url.Values {
		return url.Values{"X-Amz-Date": {date}, "X-Amz-Expires": {seconds}}
	}
	for _, c := range []struct {
		query url.Values
		after time.Duration
		want  bool
	}{
		{query("20260102T030405Z", "60"), 59 * time.Second, false},
		{query("20260102T030405Z", "60"), 60 * time.Second, false},
		{query("20260102T030405Z", "60"), 61 * time.Second, true},
		{query("20260102T030405Z", "soon"), time.Hour, false},
		{query("yesterday", "60"), time.Hour, false},
		{url.Values{}, time.Hour, false},
	} {
		if got := expired(c.query, signed.Add(c.after)); got != c.want {
			t.Errorf("%v after %s: expired %t, want %t", c.query, c.after, got, c.want)
		}
	}
}

// A Content-MD5 is right, of another text, or none at all (fact 70).
func TestSpoilt(t *testing.T) {
	const right = "CY9rzUYh03PK3k6DJie09g==" // of the text test
	for digest, want := range map[string]string{
		"": "", right: "", "1B2M2Y8AsgTpgAmY7PhCfg==": "BadDigest", "098f6bcd4621d373cade4e832627b4f6": "InvalidDigest",
		"no base64!": "InvalidDigest", base64.StdEncoding.EncodeToString([]byte("short")): "InvalidDigest",
	} {
		if got := spoilt(digest, []byte("test")); got != want {
			t.Errorf("Content-MD5 %q deserves %q, want %q", digest, got, want)
		}
	}
}

// A body in chunks is read without them; one that only says so is read as it is.
func TestDocument(t *testing.T) {
	for _, c := range []struct{ sha, body, want string }{
		{"", "<a/>", "<a/>"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "4\r\n<a/>\r\n0\r\n\r\n", "<a/>"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "<a/>", "<a/>"},
		{"UNSIGNED-PAYLOAD", "4\r\n<a/>\r\n0\r\n\r\n", "4\r\n<a/>\r\n0\r\n\r\n"},
	} {
		r := &http.Request{Header: http.Header{"X-Amz-Content-Sha256": {c.sha}}}
		if got := string(document(r, []byte(c.body))); got != c.want {
			t.Errorf("%q with %s is %q, want %q", c.body, c.sha, got, c.want)
		}
	}
}

// Where a point is open and the server has refused the request, the answer that refuses too is given; else the one leaned to.
func TestFitting(t *testing.T) {
	open := []dialect.Answer{{Answer: s3cors.Answer{Status: []int{200}}}, {Answer: s3cors.Answer{Status: []int{400}}}}
	for status, want := range map[int]int{0: 200, 200: 200, 400: 400, 403: 200} {
		if got := fitting(open, status).Status[0]; got != want {
			t.Errorf("after %d the answer of status %d is taken, want %d", status, got, want)
		}
	}
}

// An error document has S3's members in S3's order (fact 3), and none that is to be left out.
func TestErrorDocument(t *testing.T) {
	w := httptest.NewRecorder()
	sendError(w, 403, written(s3cors.Error{Code: "AccessForbidden", Message: "m & m", Method: "PUT", ResourceType: dialect.Nothing}))
	want := xml.Header + "<Error><Code>AccessForbidden</Code><Message>m &amp; m</Message><Method>PUT</Method><RequestId>1</RequestId><HostId>1</HostId></Error>"
	if got := w.Body.String(); got != want || w.Code != 403 || w.Header().Get("Content-Type") != "application/xml" {
		t.Errorf("%d %s\n%s, want\n%s", w.Code, w.Header().Get("Content-Type"), got, want)
	}
}

// What a configuration call is answered replaces the server's answer whole.
func TestAnswerCall(t *testing.T) {
	for _, c := range []struct {
		reply  dialect.Reply
		status int
		body   string // a part; empty: none
	}{
		{dialect.Reply{Status: 204}, 204, ""},
		{dialect.Reply{Status: 404, Code: "NoSuchCORSConfiguration", Message: "m"}, 404, "<Code>NoSuchCORSConfiguration</Code><Message>m</Message><BucketName>b</BucketName>"},
		{dialect.Reply{Status: 200, Config: &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}}}}}, 200, "<AllowedOrigin>*</AllowedOrigin>"},
	} {
		a := &http.Response{StatusCode: http.StatusInternalServerError, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("theirs"))}
		if err := answerCall(a, c.reply, "b"); err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != c.status || !strings.Contains(string(body), c.body) || (len(body) == 0) != (c.body == "") || int64(len(body)) != a.ContentLength || strings.Contains(string(body), "theirs") {
			t.Errorf("%+v is answered %d, %d bytes:\n%s, %v", c.reply, a.StatusCode, a.ContentLength, body, err)
		}
	}
}

// the grant that harmless differences are made of.
func theGrant() dialect.Answer {
	return dialect.Answer{Answer: s3cors.Answer{Status: []int{200}, Headers: map[string]string{
		header.AllowOrigin: "https://app.example", header.AllowCredentials: "true", header.AllowMethods: "GET, PUT", header.AllowHeaders: "x-a, x-b", header.ExposeHeaders: "ETag, x-c", header.MaxAge: "600",
		header.Vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
	}}}
}

// meant is what a client takes from an answer's headers: names without case, lists without order and blanks, but for the order of methods.
func meant(h http.Header) string {
	var all []string
	for name, values := range h {
		name = strings.ToLower(name)
		if name != "vary" && !strings.HasPrefix(name, "access-control-") {
			continue
		}
		var elements []string
		for _, v := range strings.Split(strings.Join(values, ","), ",") {
			v = strings.TrimSpace(v)
			if name == "vary" {
				v = strings.ToLower(v)
			}
			if v != "accept-encoding" && !slices.Contains(elements, v) {
				elements = append(elements, v)
			}
		}
		if name != "access-control-allow-methods" {
			slices.Sort(elements)
		}
		all = append(all, name+": "+strings.Join(elements, ","))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// However an answer is written and sent, it means the same: those who blame an endpoint for it are wrong.
func TestHarmlessDifferencesMeanTheSame(t *testing.T) {
	const want = `access-control-allow-credentials: true
access-control-allow-headers: x-a,x-b
access-control-allow-methods: GET,PUT
access-control-allow-origin: https://app.example
access-control-expose-headers: ETag,x-c
access-control-max-age: 600
vary: access-control-request-headers,access-control-request-method,origin`
	for _, harmless := range HarmlessDifferences() {
		if harmless.Name == "forms-without-headers" { // is of form uploads alone, whose headers are open
			continue
		}
		t.Run(harmless.Name, func(t *testing.T) {
			t.Parallel()
			b := harmless.Behaviour
			handler := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := theGrant()
				if b.Answer != nil {
					b.Answer(&a, dialect.Asked{Request: s3cors.Request{Method: r.Method}})
				}
				b.lines(w.Header(), a)
				_, _ = io.WriteString(w, "a body")
			}))
			if b.Handler != nil {
				handler = b.Handler(handler)
			}
			server := httptest.NewServer(handler)
			defer server.Close()
			transport := &http.Transport{DisableCompression: true}
			defer transport.CloseIdleConnections()
			answer, err := transport.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusOK || string(body) != "a body" {
				t.Errorf("%d %q, %v, want 200 and a body", answer.StatusCode, body, err)
			}
			if got := meant(answer.Header); got != want {
				t.Errorf("it means\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A document that is written otherwise holds the same.
func TestRewrittenDocuments(t *testing.T) {
	const document = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>https://a?b&amp;c</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`
	want, err := s3cors.ParseXML([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for name, rewrite := range map[string]func([]byte) []byte{"indent": indent, "prefix": prefix, "declare": declare} {
		written := rewrite([]byte(document))
		if got, err := s3cors.ParseXML(written); err != nil || !s3cors.Equal(got, want) || bytes.Equal(written, []byte(document)) {
			t.Errorf("%s makes %+v of it, %v:\n%s", name, got, err, written)
		}
	}
	if got := indent([]byte("no <XML")); string(got) != "no <XML" {
		t.Errorf("what is no document is indented to %q", got)
	}
	a := &recorded{status: 200, header: http.Header{}, body: []byte(document)}
	compress(a, &http.Request{Header: http.Header{"Accept-Encoding": {"br, gzip"}}})
	r, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(r); err != nil || string(plain) != document || a.header.Get("Content-Encoding") != "gzip" || a.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("compressed to %q, %v with %v", plain, err, a.header)
	}
	for _, left := range []*recorded{{status: 206, header: http.Header{}, body: []byte("x")}, {status: 200, header: http.Header{}}} {
		if compress(left, &http.Request{Header: http.Header{"Accept-Encoding": {"gzip"}}}); len(left.header) > 0 {
			t.Errorf("an answer of %d with %d bytes is compressed", left.status, len(left.body))
		}
	}
}

// Flaky defects spoil one of five answers, and none that no rule made.
func TestEveryFifth(t *testing.T) {
	for _, d := range flakyDefects {
		spoilt := 0
		for range 50 {
			bare := dialect.Answer{Answer: s3cors.Answer{Status: []int{200}, Headers: map[string]string{}}}
			d.Answer(&bare, dialect.Asked{Request: s3cors.Request{Method: "GET"}})
			a := theGrant()
			method := "GET"
			if d.Name == "flaky-preflight" {
				method = http.MethodOptions
			}
			if d.Answer(&a, dialect.Asked{Request: s3cors.Request{Method: method}}); meant(linesOf(d.Behaviour, nil, a)) != meant(linesOf(Behaviour{}, nil, theGrant())) {
				spoilt++
			}
			if len(bare.Headers) > 0 || bare.Status[0] != 200 {
				t.Errorf("%s spoils an answer that no rule made: %+v", d.Name, bare)
			}
		}
		if spoilt != 10 {
			t.Errorf("%s spoils %d of 50 answers, want 10", d.Name, spoilt)
		}
	}
}

// Claims of a report are held against what Chromium did: the cells in which it did otherwise are listed, others counted.
func TestClaims(t *testing.T) {
	cell := func(got, code string, resolved bool, findings ...result.Finding) result.Cell {
		return result.Cell{ID: "1", Browser: &result.Browser{Got: got, Code: code}, Chromium: &result.Chromium{Resolved: resolved}, Findings: findings}
	}
	finding := func(e result.Effect) result.Finding { return result.Finding{Check: "actual.vary", Browser: &e} }
	for _, c := range []struct {
		name  string
		cell  result.Cell
		want  Claims
		wrong int
	}{
		{"readable, and read", cell("readable", "", true), Claims{Pages: 1}, 0},
		{"readable, and kept from the script", cell("readable", "", false), Claims{Pages: 1}, 1},
		{"blocked, and blocked", cell("blocked: x", "allow-origin-missing", false), Claims{Pages: 1}, 0},
		{"blocked, and read", cell("blocked: x", "allow-origin-missing", true), Claims{Pages: 1}, 1},
		{"no page sends it", cell("blocked: x", "", true), Claims{}, 0},
		{"a finding blocks, and it was blocked", cell("blocked: x", "y", false, finding(result.Effect{Blocked: true})), Claims{Pages: 1, Blocked: 1}, 0},
		{"a finding blocks, and it was read", cell("readable", "", true, finding(result.Effect{Blocked: true})), Claims{Pages: 1, Blocked: 1}, 1},
		{"by the standard alone", cell("readable", "", true, finding(result.Effect{Blocked: true, By: result.ByStandard})), Claims{Pages: 1}, 0},
		{"an exposure that was read", cell("readable", "", true, finding(result.Effect{Sentence: "x, and the page can read it"})), Claims{Pages: 1, Exposed: 1}, 0},
		{"an exposure that was kept", cell("readable", "", false, finding(result.Effect{Sentence: "x, and the page can read it"})), Claims{Pages: 1, Exposed: 1}, 2},
		{"with credentials, not asked", cell("readable", "", true, finding(result.Effect{Credentials: true})), Claims{Pages: 1, WithCredentials: 1}, 1},
	} {
		var n Claims
		if wrong := n.Hold(result.Report{Cells: []result.Cell{c.cell}}); len(wrong) != c.wrong || n != c.want {
			t.Errorf("%s: %+v, %d wrong (%q); want %+v, %d", c.name, n, len(wrong), wrong, c.want, c.wrong)
		}
	}
	unasked := cell("readable", "", false)
	unasked.Chromium.NotSent = "why"
	otherwise := cell("readable", "", false)
	otherwise.Chromium.Otherwise = "why"
	var n Claims
	if wrong := n.Hold(result.Report{Cells: []result.Cell{unasked, otherwise, {ID: "2"}}}); len(wrong) > 0 || n != (Claims{}) {
		t.Errorf("cells that say nothing: %+v, %q", n, wrong)
	}
}

// A shadow is another endpoint where it answers otherwise, and only then.
func TestShadows(t *testing.T) {
	one, err := dialect.Parse("vary-origin-only")
	if err != nil {
		t.Fatal(err)
	}
	state := dialect.State{Own: &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://app.example"}, AllowedMethods: []string{"GET"}}}}}
	for origin, differs := range map[string]bool{"https://app.example": true, "https://other.example": false} {
		s := &Server{}
		s.Shadow([]Behaviour{WithDialect(one), {}})
		q := dialect.Asked{Request: s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: &origin, Outcome: s3cors.Outcome{Status: []int{200}}}, Status: 200}
		answer := Behaviour{}.answer(state, nil, q)
		s.shadows.compare(http.Header{}, owed{answer, s.shadows.answer(held{state, []dialect.State{state, state}}, nil, q)}, Behaviour{})
		if s.Differs(0) != differs || s.Differs(1) {
			t.Errorf("from %s the shadow differs: %t, its like: %t; want %t, false", origin, s.Differs(0), s.Differs(1), differs)
		}
	}
	if !WithDialect(one).Alone() || flakyDefects[0].Alone() || sharedDefects[0].Alone() || (Behaviour{Refusal: "x"}).Alone() {
		t.Error("a dialect is a matter of the request alone; chance, other buckets and wording are not")
	}
}
