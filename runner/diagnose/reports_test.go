package diagnose

import (
	"slices"
	"testing"

	"corsprobe/runner/result"
)

// diagnosed is a small report and all that explains it.
type diagnosed struct {
	name        string
	steps       []step
	causes      []string // see causes: "NAME or ANOTHER in CELLS by CHECKS"
	unexplained []string
}

const (
	rule    = "https://app.example | GET, PUT | headers x-* | expose ETag | age 600"
	owed    = "200; origin https://app.example; credentials; methods GET, PUT; expose ETag; age 600; vary"
	starred = "200; origin *; methods GET; vary"
	refused = "403 AccessForbidden DELETE OBJECT"
)

// What these reports show follows from what the deviations say of themselves; each has cells that tell its cause from those like it.
var reports = []diagnosed{
	{
		name: "nothing failed",
		steps: []step{{put: rule, cells: []string{
			"OPTIONS /b/key; origin https://app.example; for GET => " + owed,
			"GET /b/key; origin https://app.example => " + owed,
			"GET /b/key; origin https://other.example => 200",
			"OPTIONS /b/key; origin https://app.example; for DELETE => " + refused,
		}}},
	},
	{
		name: "Vary is missing on actual answers alone",
		steps: []step{{put: rule + "\n* | GET", cells: []string{
			"OPTIONS /b/key; origin https://app.example; for GET => " + owed,
			"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET, PUT; expose ETag; age 600 !! actual.vary",
			"GET /b/key; origin https://b.example => 200; origin *; methods GET !! actual.vary",
		}}},
		causes: []string{"vary-missing-on-actual in 3, 4 by actual.vary"},
	},
	{
		name: "Vary is missing with a star alone",
		steps: []step{{put: rule + "\n* | GET", cells: []string{
			"GET /b/key; origin https://app.example => " + owed,
			"OPTIONS /b/key; origin https://b.example; for GET => 200; origin *; methods GET !! preflight.vary",
			"GET /b/key; origin https://b.example => 200; origin *; methods GET !! actual.vary",
		}}},
		causes: []string{"vary-missing-with-star in 3, 4 by actual.vary, preflight.vary"},
	},
	{
		name: "Vary names Origin alone",
		steps: []step{{put: rule, cells: []string{
			"OPTIONS /b/key; origin https://app.example; for GET => 200; origin https://app.example; credentials; methods GET, PUT; expose ETag; age 600; vary Origin !! preflight.vary",
			"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET, PUT; expose ETag; age 600; vary Accept-Encoding, origin !! actual.vary",
		}}},
		causes: []string{"vary-origin-only in 2, 3 by actual.vary, preflight.vary"},
	},
	{
		name: "two causes at once, told apart by what each leaves alone",
		steps: []step{{put: rule, cells: []string{
			"OPTIONS /b/key; origin https://app.example; for GET => 200; origin https://app.example; credentials; methods GET, PUT; expose ETag; age 600; vary Origin !! preflight.vary",
			"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET, PUT; expose ETag; age 600; vary Origin !! actual.vary",
			"OPTIONS /b/key; origin https://app.example; for DELETE => 403 AccessDenied DELETE OBJECT !! preflight.error-code",
			"OPTIONS /b/key; target missing-bucket; origin https://app.example; for GET => 403 AccessDenied GET BUCKET !! preflight.error-code",
		}}},
		causes: []string{
			"error-code: {AccessForbidden: AccessDenied} in 4, 5 by preflight.error-code",
			"vary-origin-only in 2, 3 by actual.vary, preflight.vary",
		},
	},
	{
		name: "two causes in one answer",
		steps: []step{{put: rule, cells: []string{
			"OPTIONS /b/key; origin https://app.example; for GET => 200; origin https://app.example; credentials; methods put, get; expose ETag; age 600; vary Origin !! preflight.vary, preflight.allow-methods",
			"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods get, put; expose ETag; age 600; vary Origin !! actual.vary, actual.allow-methods",
		}}},
		causes:      []string{"vary-origin-only in 2, 3 by actual.vary, preflight.vary"},
		unexplained: []string{"2", "3"}, // lower case in one order here, in another there: no deviation does that
	},
	{
		name: "one answer that two deviations explain alike",
		steps: []step{{put: "https://app.example | GET", cells: []string{
			"GET /b/key; origin https://APP.example => 200; origin https://APP.example; credentials; methods GET; vary !! actual.allow-origin",
		}}},
		causes: []string{"origin-case-ignored or origin-reflected in 2 by actual.allow-origin"},
	},
	{
		name: "another origin decides between them",
		steps: []step{{put: "https://app.example | GET", cells: []string{
			"GET /b/key; origin https://APP.example => 200; origin https://APP.example; credentials; methods GET; vary !! actual.allow-origin",
			"GET /b/key; origin https://other.example => 200",
		}}},
		causes: []string{"origin-case-ignored in 2 by actual.allow-origin"},
	},
	{
		name: "every origin is reflected",
		steps: []step{{put: "https://app.example | GET", cells: []string{
			"GET /b/key; origin https://other.example => 200; origin https://other.example; credentials; methods GET; vary !! actual.allow-origin",
			"GET /b/key; origin null => 200; origin null; credentials; methods GET; vary !! actual.allow-origin",
			"GET /b/key; origin http://x.test:81 => 200; origin http://x.test:81; credentials; methods GET; vary !! actual.allow-origin",
			"OPTIONS /b/key; origin https://other.example; for PUT => 403 AccessForbidden PUT OBJECT",
			"PUT /b/key; origin https://other.example => 200",
		}}},
		causes: []string{"origin-reflected in 2, 3, 4 by actual.allow-origin"},
	},
	{
		name: "null is always allowed, and one null that is not contradicts it",
		steps: []step{{put: "https://app.example | GET\nnull | PUT", cells: []string{
			"GET /b/key; origin null => 200; origin null; credentials; methods GET; vary !! actual.allow-origin",
			"PUT /b/key; origin null => 200",
		}}},
		unexplained: []string{"2"},
	},
	{
		name: "what no deviation says stays unexplained",
		steps: []step{{put: rule, cells: []string{
			"GET /b/key; origin https://app.example => " + owed,
			"GET /b/key; origin https://app.example => 200; origin https://nobody.example; credentials; methods GET, PUT; expose ETag; age 600; vary !! actual.allow-origin",
		}}},
		unexplained: []string{"3"},
	},
	{
		name: "a later rule is not tried",
		steps: []step{{put: "https://app.example | GET\nhttps://app.example | PUT\nhttps://b.example | PUT", cells: []string{
			"OPTIONS /b/key; origin https://app.example; for PUT => 403 AccessForbidden PUT OBJECT !! preflight.status",
			"OPTIONS /b/key; origin https://b.example; for PUT => 200; origin https://b.example; credentials; methods PUT; vary",
			"OPTIONS /b/key; origin https://app.example; for GET => 200; origin https://app.example; credentials; methods GET; vary",
		}}},
		// whether the first rule of the origin decides or no two rules without an ID can be held, the report does not say: the last rule has none
		// either and answers, so that it is the former
		causes: []string{"rule-by-origin-alone in 2 by preflight.status"},
	},
	{
		name: "open answers are nobody's fault",
		steps: []step{{put: rule + "\nnull, * | GET", cells: []string{
			"OPTIONS /b/key; origin https://app.example => 400 BadRequest",                      // fact 9
			"GET /b/key; origin null => 200; origin null; credentials; methods GET; vary",       // fact 21
			"GET /b/key; origin https://app.example; for PATCH => 400",                          // fact 36
			"OPTIONS /b/key; origin https://app.example; for PUT; with x-a,,x-b => 400 BadName", // fact 25
		}}},
	},
	{
		name: "an error without headers",
		steps: []step{{put: "https://app.example | GET, PUT", cells: []string{
			"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET, PUT; vary",
			"GET /b/key; target missing-object; origin https://app.example => 404 NoSuchKey !! actual.allow-origin",
			"PUT /b/key; origin https://app.example => 404 NoSuchUpload !! actual.allow-origin",
		}}},
		causes: []string{"no-headers-on-status: 404 in 3, 4 by actual.allow-origin"},
	},
	{
		name: "a header that the answer has is exposed",
		steps: []step{{put: "https://app.example | GET", cells: []string{
			"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET; expose ETag; vary; etag x !! actual.expose-headers",
			"GET /b; origin https://app.example => 200; origin https://app.example; credentials; methods GET; vary",
			"OPTIONS /b/key; origin https://app.example; for GET => 200; origin https://app.example; credentials; methods GET; vary",
		}}},
		causes: []string{"exposed-where-sent: [ETag] in 2 by actual.expose-headers"},
	},
	{
		name: "a preflight of a presigned URL that expired",
		steps: []step{{put: rule, cells: []string{
			"OPTIONS /b/key?X-Amz-Signature=0; auth expired; origin https://app.example; for GET => 403 AccessDenied !! preflight.status",
			"OPTIONS /b/key?X-Amz-Signature=0; origin https://app.example; for GET => " + owed,
			"OPTIONS /b/key?X-Amz-Signature=0; auth expired; origin https://app.example; for DELETE => 403 AccessDenied !! preflight.error-code",
		}}},
		causes: []string{"preflight-unusable-url-refused: {expired: AccessDenied} in 2, 4 by preflight.error-code, preflight.status"},
	},
	{
		name:   "PutBucketCors accepts what S3 refuses",
		steps:  []step{{put: "* | PATCH", came: "200", finds: "config.status"}, {put: "* | GET"}},
		causes: []string{"accepts-anything or accepts-method: PATCH in 1 by config.status"},
	},
	{
		name: "a refusal decides which",
		steps: []step{
			{put: "* | PATCH", came: "200", finds: "config.status"},
			{put: "* | get", came: "400 InvalidRequest"},
		},
		causes: []string{"accepts-method: PATCH in 1 by config.status"},
	},
	{
		name:   "GetBucketCors has another code",
		steps:  []step{{call: "GetBucketCors", came: "404 NoSuchKey", finds: "config.error-code"}, {call: "DeleteBucketCors", came: "204"}},
		causes: []string{"get-none-code: NoSuchKey in 1 by config.error-code"},
	},
	{
		name:   "methods come back sorted",
		steps:  []step{{put: "* | PUT, GET | headers b, a", came: "200", returned: "* | GET, PUT | headers b, a", finds: "config.round-trip"}},
		causes: []string{"returned-sorted: [AllowedMethods] in 1 by config.round-trip"},
	},
	{
		name: "a deleted configuration goes on answering",
		steps: []step{
			{put: "https://app.example | GET"},
			{call: "DeleteBucketCors", came: "204", cells: []string{"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET; vary !! actual.allow-origin"}},
			{call: "GetBucketCors", came: "404 NoSuchCORSConfiguration"},
		},
		causes: []string{"delete-late in 3 by actual.allow-origin"},
	},
	{
		name: "calls where there is no bucket",
		steps: []step{
			{call: "GetBucketCors", on: "missing-bucket", came: "404 NoSuchCORSConfiguration", finds: "config.error-code"},
			{call: "DeleteBucketCors", on: "missing-bucket", came: "404 NoSuchBucket"},
		},
		causes: []string{"get-of-missing-bucket: {code: NoSuchCORSConfiguration, status: \"404\"} in 1 by config.error-code"},
	},
	{
		name: "a wrong digest is not looked at",
		steps: []step{
			{put: "* | GET", digest: "wrong-md5", came: "200", finds: "config.status"},
			{put: "* | GET", digest: "malformed-md5", came: "400 InvalidDigest"},
		},
		causes: []string{"digest-unchecked: [BadDigest] in 1 by config.status"},
	},
}

func TestSmallReports(t *testing.T) {
	for _, c := range reports {
		t.Run(c.name, func(t *testing.T) {
			d := Report(small(t, c.steps...))
			if got := causes(d); !slices.Equal(got, c.causes) {
				t.Errorf("causes are\n %q, want\n %q", got, c.causes)
			}
			if !slices.Equal(d.Unexplained, c.unexplained) {
				t.Errorf("unexplained are %q, want %q", d.Unexplained, c.unexplained)
			}
		})
	}
}

// The class of a cause is the worst that was found by it, not the worst that it might cost.
func TestClassOfACause(t *testing.T) {
	r := small(t, step{put: "https://app.example | GET", cells: []string{
		"GET /b/key; origin https://APP.example => 200; origin https://APP.example; credentials; methods GET; vary !! actual.allow-origin",
		"GET /b/key; origin https://other.example => 200",
	}})
	for _, class := range result.Classes {
		r.Cells[1].Findings[0].Class = class
		if d := Report(r); len(d.Causes) != 1 || d.Causes[0].Class != class {
			t.Errorf("findings of class %s make causes %+v", class, d.Causes)
		}
	}
}

// What a run asked beyond its plan is evidence, and has no cells to explain.
func TestFollowUpIsEvidence(t *testing.T) {
	steps := step{put: "https://app.example | GET", cells: []string{
		"GET /b/key; origin https://APP.example => 200; origin https://APP.example; credentials; methods GET; vary !! actual.allow-origin",
		"GET /b/key; origin https://other.example => 200; origin https://other.example; credentials; methods GET; vary !! actual.allow-origin",
	}}
	r := small(t, steps)
	r.FollowUp = &result.FollowUp{Cells: r.Cells[2:]}
	r.Cells = r.Cells[:2]
	d := Report(r)
	if got, want := causes(d), []string{"origin-reflected in 2 by actual.allow-origin"}; !slices.Equal(got, want) {
		t.Errorf("causes are %q, want %q", got, want)
	}
	if len(d.Rivals) > 0 || len(d.Unexplained) > 0 {
		t.Errorf("rivals %v, unexplained %q, want none", d.Rivals, d.Unexplained)
	}
}

// Rivals are whole dialects, each with another deviation in one place.
func TestRivals(t *testing.T) {
	d := Report(small(t, step{put: "https://app.example | GET", cells: []string{
		"GET /b/key; origin https://APP.example => 200; origin https://APP.example; credentials; methods GET; vary Origin !! actual.allow-origin, actual.vary",
		"GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET; vary Origin !! actual.vary",
	}}))
	if len(d.Rivals) != 1 {
		t.Fatalf("there are %d rivals to %s, want one: %+v", len(d.Rivals), d.Dialect, d.Rivals)
	}
	for i, one := range d.Rivals[0].Deviations {
		whole := d.Rivals[0].Dialects[i]
		if len(whole) != 2 || !whole.Has(one.Name) || !whole.Has("vary-origin-only") {
			t.Errorf("with %s the dialect is %s, want it beside vary-origin-only", one, whole)
		}
	}
}

// Verdicts that judge nothing are no evidence.
func TestOnlyWhatWasJudgedCounts(t *testing.T) {
	for verdict, want := range map[result.Verdict]int{
		result.Passed: 1, result.Failed: 1, result.Known: 1, result.Flaky: 0, result.Unsupported: 0, result.Error: 0,
	} {
		r := small(t, step{put: "* | GET", cells: []string{"GET /b/key; origin https://app.example => " + starred}})
		r.Cells[1].Verdict = verdict
		r.Cells = r.Cells[1:]
		if got := len(read(r).cases); got != want {
			t.Errorf("of a cell that is %s, %d observations are read, want %d", verdict, got, want)
		}
	}
}
