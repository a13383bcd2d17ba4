package judge

import (
	"fmt"
	"slices"
	"testing"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// asOwed is S3's whole answer to the preflight of [right].
func asOwed() s3cors.Answer {
	a := s3cors.Answer{Status: []int{200}, Headers: map[string]string{}}
	for _, h := range right {
		a.Headers[h.Name] = h.Value
	}
	return a
}

// spoken writes differences for a table, with the reason.
func spoken(all []Difference) []string {
	var lines []string
	for _, d := range all {
		f := d.Finding()
		lines = append(lines, fmt.Sprintf("%s %s: %s, not %s: %s", f.Check, f.How, f.Got, f.Expected, f.Why))
	}
	return lines
}

// A pin replaces the part of S3's answer that it speaks of, and nothing else; a later pin of the same part wins.
func TestPins(t *testing.T) {
	pinned := func(name string, values ...string) Pin {
		return Pin{Headers: []HeaderPin{{Name: name, Values: values}}, Reason: "as agreed"}
	}
	status := func(codes ...int) Pin { return Pin{Status: codes, Reason: "as agreed"} }
	came := func(status int, headers []result.Header) result.Response {
		return result.Response{Status: status, Headers: headers}
	}
	for _, c := range []struct {
		name string
		pins []Pin
		came result.Response
		want []string
	}{
		{"no pin, as owed", nil, came(200, right), nil},
		{"status as pinned", []Pin{status(204, 299)}, came(204, right), nil},
		{"status as S3 owes it, and not as pinned", []Pin{status(204, 299)}, came(200, right),
			[]string{"preflight.status value: 200 with " + joined(corsHeaders(right)) + ", not 204 or 299: pinned by the scenario: as agreed"}},
		{"the later pin of a status", []Pin{status(418), status(204)}, came(204, right), nil},
		{"the earlier pin of a status is no longer asked for", []Pin{status(204), status(418)}, came(204, nil),
			[]string{"preflight.allow-origin missing-all: absent, as is every other CORS header, not Access-Control-Allow-Origin: " + app + ": absent",
				"preflight.status value: 204, not 418: pinned by the scenario: as agreed"}},
		{"any value", []Pin{pinned("access-control-allow-origin", "any")}, came(200, but("Access-Control-Allow-Origin", "*")), nil},
		{"any value, or none", []Pin{pinned("Access-Control-Max-Age", "any")}, came(200, right), nil},
		{"absent as pinned", []Pin{pinned("Vary", "absent")}, came(200, but("Vary")), nil},
		{"present where pinned absent", []Pin{pinned("Vary", "absent")}, came(200, right),
			[]string{"preflight.vary unwanted: Vary: " + vary + ", not Vary: absent: pinned by the scenario: as agreed"}},
		{"present as pinned", []Pin{pinned("Access-Control-Max-Age", "present")}, came(200, but("Access-Control-Max-Age", "7")), nil},
		{"absent where pinned present", []Pin{pinned("Vary", "present")}, came(200, but("Vary")),
			[]string{"preflight.vary missing: absent, not Vary: present: pinned by the scenario: as agreed"}},
		{"one of the values, its list in another order", []Pin{pinned("Access-Control-Expose-Headers", "x-a, ETag", "absent")},
			came(200, but("Access-Control-Expose-Headers", "ETag", "x-a")), nil},
		{"the same in another case", []Pin{pinned("Access-Control-Expose-Headers", "x-a, ETag")}, came(200, but("Access-Control-Expose-Headers", "etag, X-A")),
			[]string{"preflight.expose-headers value: Access-Control-Expose-Headers: etag, X-A, not Access-Control-Expose-Headers: x-a, ETag: pinned by the scenario: as agreed"}},
		{"none of the values", []Pin{pinned("Access-Control-Expose-Headers", "x-a", "x-b")}, came(200, right),
			[]string{"preflight.expose-headers value: Access-Control-Expose-Headers: ETag, not Access-Control-Expose-Headers: x-a or x-b: pinned by the scenario: as agreed"}},
		{"a header that CORS does not know", []Pin{pinned("X-Served-By", "gateway")}, came(200, append(slices.Clone(right), result.Header{Name: "x-served-by", Value: "cache"})),
			[]string{"preflight.header.x-served-by value: X-Served-By: cache, not X-Served-By: gateway: pinned by the scenario: as agreed"}},
		{"the later pin of a header, in another case", []Pin{pinned("VARY", "absent"), pinned("vary", "any")}, came(200, right), nil},
		{"what is not pinned is owed as before", []Pin{pinned("Vary", "any")}, came(200, but("Access-Control-Allow-Credentials")),
			[]string{"preflight.allow-credentials missing: absent, not Access-Control-Allow-Credentials: true: absent"}},
	} {
		got := Nearest(Preflight, s3cors.Owed{Answers: []s3cors.Answer{asOwed()}}, c.pins, result.Exchange{Kind: "preflight", Response: c.came})
		if diff := cmp.Diff(c.want, spoken(got.Differences)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A pinned code is the only thing asked of an error document.
func TestPinnedError(t *testing.T) {
	owed := s3cors.Answer{Status: []int{403}, Error: &s3cors.Error{Code: "AccessForbidden", Method: "PUT", ResourceType: "OBJECT"}}
	pins := []Pin{{Error: []string{"AccessDenied", "Forbidden"}, Reason: "of old"}}
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"the first code", "<Error><Code>AccessDenied</Code></Error>", nil},
		{"the other code, and another method", "<Error><Code>Forbidden</Code><Method>GET</Method></Error>", nil},
		{"S3's code", refusal, []string{"preflight.error-code value: AccessForbidden, not AccessDenied or Forbidden: pinned by the scenario: of old"}},
		{"no code", "<Error><code>AccessDenied</code></Error>", []string{"preflight.error-code missing: absent, but there is <code>AccessDenied</code>, not AccessDenied or Forbidden: pinned by the scenario: of old"}},
		{"no document", "", []string{"preflight.error-code missing: absent, not AccessDenied or Forbidden: pinned by the scenario: of old"}},
	} {
		got := Nearest(Preflight, s3cors.Owed{Answers: []s3cors.Answer{owed}}, pins, result.Exchange{Response: result.Response{Status: 403, Body: c.body}})
		if diff := cmp.Diff(c.want, spoken(got.Differences)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// Two answers are alike by what CORS shows of them, and by nothing else.
func TestAlike(t *testing.T) {
	answer := func(status int, body string, lines ...string) result.Response {
		r := result.Response{Status: status, Body: body}
		for i := 0; i < len(lines); i += 2 {
			r.Headers = append(r.Headers, result.Header{Name: lines[i], Value: lines[i+1]})
		}
		return r
	}
	base := answer(403, refusal, "Access-Control-Allow-Origin", "*", "Access-Control-Max-Age", "5", "Date", "today")
	for _, c := range []struct {
		name         string
		other        result.Response
		alike, heads bool
	}{
		{"itself", base, true, true},
		{"other lines, another order, case and space", answer(403, refusal, "access-control-max-age", " 5 ", "ACCESS-CONTROL-ALLOW-ORIGIN", "*", "Date", "tomorrow", "Vary", "Origin"), true, true},
		{"another status", answer(404, refusal, "Access-Control-Allow-Origin", "*", "Access-Control-Max-Age", "5"), false, false},
		{"another value", answer(403, refusal, "Access-Control-Allow-Origin", "*", "Access-Control-Max-Age", "6"), false, false},
		{"a header less", answer(403, refusal, "Access-Control-Allow-Origin", "*"), false, false},
		{"a line twice", answer(403, refusal, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Origin", "*", "Access-Control-Max-Age", "5"), false, false},
		{"another code in the document", answer(403, "<Error><Code>Other</Code></Error>", "Access-Control-Allow-Origin", "*", "Access-Control-Max-Age", "5"), false, true},
		{"no document", answer(403, "", "Access-Control-Allow-Origin", "*", "Access-Control-Max-Age", "5"), false, true},
	} {
		if a, b := Alike(base, c.other), Alike(c.other, base); a != c.alike || b != c.alike {
			t.Errorf("%s: alike %t and %t, want %t", c.name, a, b, c.alike)
		}
		if a, b := AlikeAtHead(base, c.other), AlikeAtHead(c.other, base); a != c.heads || b != c.heads {
			t.Errorf("%s: alike at head %t and %t, want %t", c.name, a, b, c.heads)
		}
	}
	for want, r := range map[string]result.Response{
		"403 with Access-Control-Allow-Origin: *; Access-Control-Max-Age: 5": base,
		"204 without CORS headers": answer(204, refusal, "Vary", "Origin"),
	} {
		if got := AtHead(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Vary is unwanted only where it names what CORS varies on: a server may vary on what it likes (fact 30 speaks of CORS's own).
func TestUnwantedVary(t *testing.T) {
	for value, unwanted := range map[string]bool{
		"Accept-Encoding": false, "Accept, Accept-Encoding": false, "Originality": false, "": false, "*": false,
		"Origin": true, "accept-encoding, ORIGIN": true, "Access-Control-Request-Method": true, "Access-Control-Request-Headers, Accept": true,
	} {
		got := Compare(Actual, s3cors.Answer{Status: []int{200}}, result.Exchange{Response: result.Response{Status: 200, Headers: []result.Header{{Name: header.Vary, Value: value}}}})
		if (len(got) > 0) != unwanted {
			t.Errorf("Vary: %s: %v, want unwanted %t", value, spoken(got), unwanted)
		}
	}
}

// Configuration calls that are spoilt on their way, or name a bucket that is not there (facts 38, 70 and 74).
func TestCallsThatFail(t *testing.T) {
	for _, c := range []struct {
		name    string
		call    Call
		status  int
		code    string
		want    []string
		refused bool
	}{
		{"missing bucket", OnMissing(), 404, "NoSuchBucket", nil, true},
		{"missing bucket, found", OnMissing(), 200, "", []string{"config.status contract: 200, not 404 NoSuchBucket"}, true},
		{"missing bucket, another code", OnMissing(), 404, "NoSuchCORSConfiguration", []string{"config.error-code contract: NoSuchCORSConfiguration, not NoSuchBucket"}, true},
		{"wrong digest", PutSpoilt(true), 400, "BadDigest", nil, true},
		{"wrong digest, taken", PutSpoilt(true), 200, "", []string{"config.status contract: 200, not 400 BadDigest"}, true},
		{"wrong digest for an unreadable one", PutSpoilt(true), 400, "InvalidDigest", []string{"config.error-code contract: InvalidDigest, not BadDigest"}, true},
		{"unreadable digest", PutSpoilt(false), 400, "InvalidDigest", nil, true},
		{"unreadable digest, without a code", PutSpoilt(false), 400, "", []string{"config.error-code contract: absent, not InvalidDigest"}, true},
		{"delete", Delete(), 204, "", nil, false},
		{"no status pinned", PinnedCall(nil, []string{"A"}, "why"), 500, "A", nil, false},
	} {
		if diff := cmp.Diff(c.want, told(c.call.Compare(c.status, c.code))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if c.call.Refused() != c.refused {
			t.Errorf("%s: refused %t, want %t", c.name, !c.refused, c.refused)
		}
	}
}

// The wording of a refusal is told where it is not S3's, and never where S3's is not known or not settled.
func TestCallWording(t *testing.T) {
	call := Call{Message: "Found unsupported HTTP method in CORS config. Unsupported method is PATCH", Facts: []int{57}}
	for _, c := range []struct {
		name    string
		call    Call
		status  int
		message string
		want    []s3cors.Choice
	}{
		{"another", call, 400, "no PATCH here", []s3cors.Choice{{Point: `wording of "Found unsupported HTTP method in CORS config. Unsupported method is PATCH"`, Choice: `"no PATCH here"`, Facts: []int{57}}}},
		{"none", call, 400, "", []s3cors.Choice{{Point: `wording of "Found unsupported HTTP method in CORS config. Unsupported method is PATCH"`, Choice: `""`, Facts: []int{57}}}},
		{"S3's", call, 400, call.Message, nil},
		{"of an answer that is no refusal", call, 200, "fine", nil},
		{"where S3's is not known", Call{}, 400, "no PATCH here", nil},
		{"where the refusal is not settled", Call{Message: "a", Open: true}, 400, "b", nil},
	} {
		if diff := cmp.Diff(c.want, c.call.Wording(c.status, c.message)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A check is found by the id that a finding has, and by the part that both kinds of requests have.
func TestCheckByID(t *testing.T) {
	for id, want := range map[string]string{
		"preflight.allow-origin": "*.allow-origin", "actual.vary": "*.vary", "vary": "*.vary", "actual.status": "actual.status", "config.round-trip": "config.round-trip",
		"": "", "status": "", "preflight.": "", "preflight.allow-origins": "", "*.vary": "*.vary", "preflight.vary.x": "", "preflight/vary": "",
	} {
		got, found := CheckByID(id)
		if got.ID != want || found != (want != "") {
			t.Errorf("%q is %q, want %q", id, got.ID, want)
		}
	}
}

// A long body or message is cut at a character, and said to be.
func TestShortened(t *testing.T) {
	long := ""
	for range 80 {
		long += "é€"
	}
	if got := BodyStart(long); got != "é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€é€…" {
		t.Errorf("%s", got)
	}
	if got := []rune(shortened(long)); len(got) != 121 || got[120] != '…' {
		t.Errorf("%d characters: %s", len(got), string(got))
	}
	for _, short := range []string{"", "a", "é€"} {
		if BodyStart(short) != short || shortened(short) != short {
			t.Errorf("%q is cut", short)
		}
	}
}

// The order of Allow-Headers and Expose-Headers is nobody's concern; the case of their names is, in whatever order (facts 24 and 27).
func TestOrderAndCase(t *testing.T) {
	owed := s3cors.Answer{Status: []int{200}, Headers: map[string]string{header.AllowOrigin: "*", header.AllowHeaders: "content-type, x-amz-date", header.AllowMethods: "GET, PUT"}}
	for _, c := range []struct {
		name, value string
		want        []string
	}{
		{header.AllowHeaders, "content-type, x-amz-date", nil},
		{header.AllowHeaders, "x-amz-date,content-type", nil},
		{header.AllowHeaders, "Content-Type, x-amz-date", []string{"preflight.allow-headers case: Access-Control-Allow-Headers: Content-Type, x-amz-date, not Access-Control-Allow-Headers: content-type, x-amz-date: same but for case: Content-Type for content-type"}},
		{header.AllowHeaders, "X-Amz-Date, content-type", []string{"preflight.allow-headers case: Access-Control-Allow-Headers: X-Amz-Date, content-type, not Access-Control-Allow-Headers: content-type, x-amz-date: same but for case: X-Amz-Date for x-amz-date"}},
		{header.AllowMethods, "PUT, GET", []string{"preflight.allow-methods order: Access-Control-Allow-Methods: PUT, GET, not Access-Control-Allow-Methods: GET, PUT: same elements in another order"}},
	} {
		lines := []result.Header{{Name: header.AllowOrigin, Value: "*"}, {Name: c.name, Value: c.value}}
		for _, other := range []string{header.AllowHeaders, header.AllowMethods} {
			if other != c.name {
				lines = append(lines, result.Header{Name: other, Value: owed.Headers[other]})
			}
		}
		got := Compare(Preflight, owed, result.Exchange{Response: result.Response{Status: 200, Headers: lines}})
		if diff := cmp.Diff(c.want, spoken(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.value, diff)
		}
	}
}
