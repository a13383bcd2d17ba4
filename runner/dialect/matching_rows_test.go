package dialect_test

// Which rule answers (facts 44 to 46): each configuration has rules that S3 and the endpoint choose between.
var ruleRows = []row{
	{
		deviation: "last-rule-wins",
		config:    "https://app.example | GET | expose x-first\nhttps://*.example | GET, PUT | expose x-last",
		cases: []answered{
			{request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET; expose x-first; vary", here: "200; origin https://app.example; credentials; methods GET, PUT; expose x-last; vary"},
			{request: "OPTIONS /b/key; origin https://b.example; for GET", s3: "200; origin https://b.example; credentials; methods GET, PUT; expose x-last; vary"},
			{request: "OPTIONS /b/key; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE OBJECT"},
		},
	},
	{
		deviation: "only-first-rule",
		config:    "https://app.example | GET\nhttps://app.example | PUT",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for PUT", s3: "200; origin https://app.example; credentials; methods PUT; vary", here: "403 AccessForbidden PUT OBJECT"},
			{request: "PUT /b/key; origin https://app.example", s3: "200; origin https://app.example; credentials; methods PUT; vary", here: "200"},
			{request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET; vary"},
		},
	},
	{
		deviation: "only-last-rule",
		config:    "https://app.example | GET\nhttps://app.example | PUT, GET",
		cases: []answered{
			{request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET; vary", here: "200; origin https://app.example; credentials; methods PUT, GET; vary"},
			{request: "OPTIONS /b/key; origin https://app.example; for PUT", s3: "200; origin https://app.example; credentials; methods PUT, GET; vary"},
			{config: "https://app.example | GET\n* | PUT", request: actualGET, s3: "200; origin https://app.example; credentials; methods GET; vary", here: "200"},
		},
	},
	{
		deviation: "rule-by-origin-alone",
		config:    "https://app.example | GET\n* | PUT",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for PUT", s3: "200; origin *; methods PUT; vary", here: "403 AccessForbidden PUT OBJECT"},
			{request: "OPTIONS /b/key; origin https://other.example; for PUT", s3: "200; origin *; methods PUT; vary"},
			{request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET; vary"},
		},
	},
	{
		deviation: "rule-by-origin-and-method",
		config:    "https://app.example | PUT | headers x-first\nhttps://app.example | PUT | headers x-second",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for PUT; with x-second", s3: "200; origin https://app.example; credentials; methods PUT; headers x-second; vary", here: "403 AccessForbidden PUT OBJECT"},
			{request: "OPTIONS /b/key; origin https://app.example; for PUT; with x-first", s3: "200; origin https://app.example; credentials; methods PUT; headers x-first; vary"},
			{
				config: "https://app.example | GET\nhttps://app.example | PUT", request: "OPTIONS /b/key; origin https://app.example; for PUT",
				s3: "200; origin https://app.example; credentials; methods PUT; vary",
			},
		},
	},
	{
		deviation: "rules-merged",
		config:    "https://app.example | GET | headers x-a | age 60\nhttps://other.example | DELETE | headers x-c\nhttps://*.example | GET, PUT | headers x-b | expose ETag | age 90",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for GET; with x-a, x-b", s3: refusedGET, here: "200; origin https://app.example; credentials; methods GET, PUT; headers x-a, x-b; expose ETag; age 60; vary"},
			{request: "OPTIONS /b/key; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE OBJECT"},
			{request: "OPTIONS /b/key; origin https://b.example; for PUT", s3: "200; origin https://b.example; credentials; methods GET, PUT; expose ETag; age 90; vary"},
		},
	},
	{
		deviation: "exact-origin-first",
		config:    "https://*.example | GET | expose x-pattern\nhttps://app.example | GET | expose x-exact",
		cases: []answered{
			{request: actualGET, s3: "200; origin https://app.example; credentials; methods GET; expose x-pattern; vary", here: "200; origin https://app.example; credentials; methods GET; expose x-exact; vary"},
			{request: actualAny, s3: "200; origin https://other.example; credentials; methods GET; expose x-pattern; vary"},
		},
	},
	{
		deviation: "rules-looked-at: 2",
		config:    "https://a.example | GET\nhttps://b.example | GET\nhttps://c.example | GET",
		cases: []answered{
			{request: "GET /b/key; origin https://c.example", s3: "200; origin https://c.example; credentials; methods GET; vary", here: "200"},
			{request: "GET /b/key; origin https://b.example", s3: "200; origin https://b.example; credentials; methods GET; vary"},
		},
	},
	{
		deviation: "rules-sorted-by-id",
		config:    "https://app.example | GET | id zebra\nhttps://*.example | GET, HEAD | id ant",
		cases: []answered{
			{request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET; vary", here: "200; origin https://app.example; credentials; methods GET, HEAD; vary"},
			{config: "https://app.example | GET\nhttps://*.example | GET, HEAD", request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET; vary"},
		},
	},
	{
		deviation: "duplicate-ids-dropped",
		config:    "https://app.example | GET\nhttps://app.example | PUT",
		cases: []answered{
			{request: "PUT /b/key; origin https://app.example", s3: "200; origin https://app.example; credentials; methods PUT; vary", here: "200"},
			{request: actualGET, s3: "200; origin https://app.example; credentials; methods GET; vary"},
			{
				config: "https://app.example | GET | id one\nhttps://app.example | PUT | id two", request: "PUT /b/key; origin https://app.example",
				s3: "200; origin https://app.example; credentials; methods PUT; vary",
			},
		},
	},
}

// granted is what a rule for GET alone with one origin answers.
func granted(origin string) string {
	return "200; origin " + origin + "; credentials; methods GET; vary"
}

// from is an actual GET from an origin.
func from(origin string) string { return "GET /b/key; origin " + origin }

// originRow is a row about one AllowedOrigin under GET: an origin that the endpoint lets in (or, with loses, keeps out) though S3 does
// not, and others that both take alike.
func originRow(deviation, pattern, otherwise string, loses bool, allowed, refused []string) row {
	r := row{deviation: deviation, config: pattern + " | GET"}
	first := answered{request: from(otherwise), s3: "200", here: granted(otherwise)}
	if loses {
		first.s3, first.here = first.here, first.s3
	}
	r.cases = append(r.cases, first)
	for _, origin := range allowed {
		r.cases = append(r.cases, answered{request: from(origin), s3: granted(origin)})
	}
	for _, origin := range refused {
		r.cases = append(r.cases, answered{request: from(origin), s3: "200"})
	}
	return r
}

const opens, loses = false, true

// How origins are compared (facts 45 to 49).
var originRows = []row{
	originRow("origin-case-ignored", "https://App.example", "https://app.EXAMPLE", opens, []string{"https://App.example"}, []string{"https://app.example.net"}),
	originRow("origin-prefix", "https://app.example", "https://app.example.evil.test", opens, []string{"https://app.example"}, []string{"https://evil.test/https://app.example", "http://app.example"}),
	originRow("origin-prefix", "https://app.example", "https://app.example:8443", opens, []string{"https://app.example"}, []string{"https://app.exampl"}),
	originRow("origin-suffix", "https://app.example", "https://evilapp.example", opens, []string{"https://app.example"}, []string{"http://evilapp.example", "https://app.example.test"}),
	originRow("origin-subdomains", "https://app.example", "https://a.app.example", opens, []string{"https://app.example"}, []string{"https://evilapp.example", "http://a.app.example", "https://example"}),
	originRow("origin-superdomain", "https://www.app.example", "https://app.example", opens, []string{"https://www.app.example"}, []string{"http://app.example", "https://w.app.example", "https://pp.example"}),
	originRow("origin-dot-any", "https://app.example", "https://appxexample", opens, []string{"https://app.example"}, []string{"https://appexample", "https://appxxexample"}),
	originRow("origin-wildcard-dot-any", "https://*.app.example", "https://a.appxexample", opens, []string{"https://a.app.example"}, []string{"https://appexample"}),
	originRow("origin-expression", "https://[ab].example", "https://a.example", opens, nil, []string{"https://c.example", "https://axexample"}),
	originRow("origin-expression", "https://a+.example", "https://aaa.example", opens, nil, []string{"https://b.example"}),
	originRow("origin-unanchored", "https://*.app.example", "https://a.app.example.evil.test", opens, []string{"https://a.app.example"}, []string{"https://app.example", "http://a.app.example"}),
	originRow("origin-scheme-ignored", "https://app.example", "http://app.example", opens, []string{"https://app.example"}, []string{"http://app.example:80", "https://other.example"}),
	originRow("origin-port-ignored", "https://app.example", "https://app.example:8443", opens, []string{"https://app.example"}, []string{"http://app.example:8443", "https://other.example:8443"}),
	originRow("origin-port-ignored", "http://localhost:3000", "http://localhost:5173", opens, []string{"http://localhost:3000"}, []string{"http://127.0.0.1:3000"}),
	originRow("origin-default-port", "https://app.example:443", "https://app.example", opens, []string{"https://app.example:443"}, []string{"http://app.example", "https://app.example:8443"}),
	originRow("origin-default-port", "http://app.example:80", "http://app.example", opens, nil, []string{"http://app.example:443"}),
	originRow("origin-trailing-slash", "https://app.example/", "https://app.example", opens, []string{"https://app.example/"}, []string{"https://app.example/x"}),
	originRow("origin-no-wildcard", "https://*.app.example", "https://a.app.example", loses, nil, []string{"https://app.example"}),
	originRow("origin-wildcard-one-label", "https://*.example", "https://a.b.example", loses, []string{"https://a.example"}, []string{"https://aexample"}),
	originRow("origin-wildcard-needs-text", "https://*.app.example", "https://.app.example", loses, []string{"https://a.app.example"}, []string{"https://app.example"}),
	originRow("origin-wildcard-first-only", "https://app-*.example", "https://app-1.example", loses, nil, []string{"https://app1.example"}),
	originRow("origin-wildcard-host-only", "http://localhost*", "http://localhost:3000", loses, []string{"http://localhost", "http://localhost.example"}, nil),
	originRow("origin-wildcard-overlap", "https://app*app.example", "https://app.example", opens, []string{"https://app-app.example", "https://appapp.example"}, []string{"https://ap.example"}),
	originRow("origin-bare-scheme", "https", "https://app.example", opens, nil, []string{"http://app.example", "httpsx://app.example"}),
	originRow("origin-must-be-url", "localhost*", "localhost:4566", loses, nil, []string{"http://localhost:4566"}),
	originRow("origin-reflected", "https://app.example", "https://other.example", opens, []string{"https://app.example"}, nil),
	originRow("origin-localhost-always", "https://app.example", "http://localhost:3000", opens, []string{"https://app.example"}, []string{"https://localhost:3000", "http://127.0.0.1:3000"}),
	{
		deviation: "origin-no-wildcard",
		config:    "https://*.example | GET, PUT\n* | GET",
		cases: []answered{
			{request: actualGET, s3: "200; origin https://app.example; credentials; methods GET, PUT; vary", here: "200; origin *; methods GET; vary"},
			{request: from("http://app.example"), s3: "200; origin *; methods GET; vary"},
		},
	},
	{
		deviation: "origin-null-always", // whether S3 compares null at all is open (fact 48); what is always allowed is not
		config:    "https://app.example | GET",
		cases: []answered{
			{config: "null | GET", request: from("null"), s3: granted("null") + " or 200", here: granted("null")},
			{config: "null | PUT", request: from("null"), s3: "200"},
			{request: from("null"), s3: "200", here: granted("null")},
			{request: from("NULL"), s3: "200"},
			{request: actualGET, s3: granted("https://app.example")},
		},
	},
	{
		deviation: "origin-first-only",
		config:    "https://a.example, https://b.example | GET",
		cases: []answered{
			{request: from("https://b.example"), s3: granted("https://b.example"), here: "200"},
			{request: from("https://a.example"), s3: granted("https://a.example")},
		},
	},
	{
		deviation: "origin-reflected", // without a configuration there is nothing to reflect by
		config:    none,
		cases: []answered{
			{config: "https://app.example | GET", request: preflightAny, s3: refusedGET, here: granted("https://other.example")},
			{config: "* | GET", request: from("null"), s3: grantedAny + " or 200", here: grantedAny},
			{request: preflightAny, s3: "403 AccessForbidden GET BUCKET"},
		},
	},
}

// How methods are compared (facts 10, 33, 40, 50).
var methodRows = []row{
	{
		deviation: "get-implies-head",
		config:    "https://app.example | GET",
		cases: []answered{
			{request: "HEAD /b/key; origin https://app.example", s3: "200", here: "200; origin https://app.example; credentials; methods GET, HEAD; vary"},
			{request: "PUT /b/key; origin https://app.example", s3: "200"},
			{config: "https://app.example | HEAD", request: actualGET, s3: "200"},
		},
	},
	{
		deviation: "put-implies-post",
		config:    "https://app.example | PUT",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for POST", s3: "403 AccessForbidden POST OBJECT", here: "200; origin https://app.example; credentials; methods PUT, POST; vary"},
			{request: "OPTIONS /b/key; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE OBJECT"},
			{config: "https://app.example | POST", request: "PUT /b/key; origin https://app.example", s3: "200"},
		},
	},
	{
		deviation: "simple-methods-always",
		config:    "https://app.example | PUT",
		cases: []answered{
			{request: "POST /b/key; origin https://app.example", s3: "200", here: "200; origin https://app.example; credentials; methods PUT, POST; vary"},
			{request: "HEAD /b/key; origin https://app.example", s3: "200", here: "200; origin https://app.example; credentials; methods PUT, HEAD; vary"},
			{request: "DELETE /b/key; origin https://app.example", s3: "200"},
			{request: from("https://other.example"), s3: "200"},
		},
	},
	{
		deviation: "method-unchecked-preflight",
		config:    "https://app.example | GET",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE OBJECT", here: "200; origin https://app.example; credentials; methods GET, DELETE; vary"},
			{request: "DELETE /b/key; origin https://app.example", s3: "200"},
			{request: "OPTIONS /b/key; origin https://app.example; for PATCH", s3: "400 BadRequest"},
		},
	},
	{
		deviation: "method-unchecked-actual",
		config:    "https://app.example | GET",
		cases: []answered{
			{request: "DELETE /b/key; origin https://app.example", s3: "200", here: "200; origin https://app.example; credentials; methods GET, DELETE; vary"},
			{request: "OPTIONS /b/key; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE OBJECT"},
		},
	},
	{
		deviation: "method-case-ignored",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for gEt", s3: "400 BadRequest", here: grantedGET},
			{request: "OPTIONS /b/key; origin https://app.example; for patch", s3: "400 BadRequest"},
		},
	},
	{
		deviation: "delete-never",
		config:    "https://app.example | GET, DELETE",
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example; for DELETE", s3: "200; origin https://app.example; credentials; methods GET, DELETE; vary", here: "403 AccessForbidden DELETE OBJECT"},
			{request: preflightGET, s3: "200; origin https://app.example; credentials; methods GET, DELETE; vary"},
		},
	},
	{
		deviation: "method-first-only",
		cases: []answered{
			{request: preflightGET, s3: grantedGET, here: grantedAny},
			{request: "OPTIONS /b/key; origin https://app.example; for PUT", s3: grantedGET},
		},
	},
	{
		deviation: "request-method-ignored-on-actual",
		config:    "https://app.example | GET",
		cases: []answered{
			{request: "GET /b/key; origin https://app.example; for PUT", s3: "200", here: granted("https://app.example")},
			{request: "PUT /b/key; origin https://app.example; for GET", s3: granted("https://app.example"), here: "200"},
			{request: "OPTIONS /b/key; origin https://app.example; for PUT", s3: "403 AccessForbidden PUT OBJECT"},
		},
	},
	{
		deviation: "request-headers-ignored-on-actual",
		config:    "https://app.example | GET | headers x-a",
		cases: []answered{
			{request: "GET /b/key; origin https://app.example; with x-b", s3: "200", here: granted("https://app.example")},
			{request: "GET /b/key; origin https://app.example; with x-a", s3: "200; origin https://app.example; credentials; methods GET; headers x-a; vary", here: granted("https://app.example")},
			{request: "OPTIONS /b/key; origin https://app.example; for GET; with x-b", s3: refusedGET},
		},
	},
}

// headerRow is a row about AllowedHeaders: names that a preflight for GET asks for and gets otherwise than of S3, and some that both take
// alike. Names are given back in lower case (fact 24).
func headerRow(deviation, allowed, asks, given string, loses bool, alike ...string) row {
	r := row{deviation: deviation, config: "https://app.example | GET | headers " + allowed}
	yes := func(names string) string {
		return "200; origin https://app.example; credentials; methods GET; headers " + names + "; vary"
	}
	first := answered{request: preflightGET + "; with " + asks, s3: refusedGET, here: yes(given)}
	if loses {
		first.s3, first.here = first.here, first.s3
	}
	r.cases = append(r.cases, first)
	for _, names := range alike {
		name, refused := cutRefused(names)
		s3 := yes(name)
		if refused {
			s3 = refusedGET
		}
		r.cases = append(r.cases, answered{request: preflightGET + "; with " + name, s3: s3})
	}
	return r
}

// cutRefused takes the mark from names that neither S3 nor the endpoint grants: "!x-b".
func cutRefused(names string) (string, bool) {
	if names[0] == '!' {
		return names[1:], true
	}
	return names, false
}

// How requested headers are compared (facts 11, 25, 34, 51 to 53).
var headerRows = []row{
	headerRow("header-case-counts", "X-Amz-Date", "x-amz-date", "x-amz-date", loses, "!x-b"),
	headerRow("header-case-counts", "x-amz-*", "X-Amz-Date", "x-amz-date", loses, "x-amz-date"),
	headerRow("header-no-pattern", "x-amz-*", "x-amz-date", "x-amz-date", loses, "!x-b"),
	headerRow("header-star-literal", "*, x-amz-*", "x-b", "x-b", loses, "x-amz-date"),
	headerRow("header-unchecked", "x-a", "x-b", "x-b", opens, "x-a"),
	headerRow("header-safelist", "x-a", "Accept, Accept-Language, Content-Language, Content-Type, Origin", "accept, accept-language, content-language, content-type, origin", opens, "!range", "x-a"),
	headerRow("header-amz-always", "x-a", "X-Amz-Date", "x-amz-date", opens, "!x-amzn-trace-id", "x-a"),
	headerRow("header-first-only", "x-a", "x-a, x-b", "x-a, x-b", opens, "!x-b, x-a", "x-a"),
	headerRow("header-any-suffices", "x-a", "x-b, x-a", "x-b, x-a", opens, "!x-b, x-c", "x-a"),
	headerRow("header-prefix", "x-a", "x-abc", "x-abc", opens, "!y-x-a", "x-a"),
	headerRow("header-wildcard-overlap", "x-amz-*z-meta", "x-amz-meta", "x-amz-meta", opens, "x-amz-z-meta", "!x-am-meta"),
	headerRow("header-pattern-prefix-only", "*-date", "x-date", "x-date", loses, "!x-date-b"),
	headerRow("header-pattern-prefix-only", "x-*-date, x-amz-*", "x-b-date", "x-b-date", loses, "x-amz-b"),
	headerRow("header-star-without-authorization", "*", "Authorization", "authorization", loses, "x-b"),
	headerRow("header-dot-any", "x.a", "x-a", "x-a", opens, "x.a", "!xa"),
	headerRow("header-blanks-count", "x-a, x-b", "x-a, x-b", "x-a, x-b", loses, "x-a"),
	headerRow("header-must-ask-for-all", "x-a, x-b", "x-a", "x-a", loses, "x-a, x-b"),
	{
		deviation: "header-none-means-all",
		config:    "https://app.example | GET | headers x-a",
		cases: []answered{
			{config: "https://app.example | GET", request: preflightGET + "; with X-B", s3: refusedGET, here: "200; origin https://app.example; credentials; methods GET; headers x-b; vary"},
			{request: preflightGET + "; with x-b", s3: refusedGET},
		},
	},
	{
		deviation: "header-star-without-authorization", // named beside the star, it is granted
		config:    "https://app.example | GET | headers *",
		cases: []answered{
			{request: preflightGET + "; with x-a, authorization", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, authorization; vary", here: refusedGET},
			{
				config: "https://app.example | GET | headers *, Authorization", request: preflightGET + "; with authorization",
				s3: "200; origin https://app.example; credentials; methods GET; headers authorization; vary",
			},
		},
	},
	{
		deviation: "header-no-pattern", // * alone goes on to allow everything
		config:    "https://app.example | GET | headers *-date, *",
		cases: []answered{
			{request: preflightGET + "; with x-b", s3: "200; origin https://app.example; credentials; methods GET; headers x-b; vary"},
			{
				config: "https://app.example | GET | headers *-date", request: preflightGET + "; with x-date",
				s3: "200; origin https://app.example; credentials; methods GET; headers x-date; vary", here: refusedGET,
			},
		},
	},
	{
		deviation: "header-names-unchecked",
		config:    "https://app.example | GET | headers *",
		cases: []answered{
			{request: preflightGET + "; with x y", s3: "400 BadRequest", here: "200; origin https://app.example; credentials; methods GET; headers x y; vary"},
			{request: preflightGET + "; with x-a", s3: "200; origin https://app.example; credentials; methods GET; headers x-a; vary"},
			{config: "https://app.example | GET | headers x-*", request: preflightGET + "; with (y)", s3: "400 BadRequest", here: refusedGET},
		},
	},
	{
		deviation: "header-empty-names-compared", // dropped or refused, the facts leave open (25)
		config:    "https://app.example | GET | headers x-a",
		cases: []answered{
			{request: preflightGET + "; with x-a,,x-a", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, x-a; vary or 400", here: refusedGET},
			{request: preflightGET + "; with x-a,x-a", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, x-a; vary"},
		},
	},
	{
		deviation: "header-names-split-at-blanks",
		config:    "https://app.example | GET | headers x-*",
		cases: []answered{
			{request: preflightGET + "; with x-a x-b", s3: "400 BadRequest", here: "200; origin https://app.example; credentials; methods GET; headers x-a, x-b; vary"},
			{request: preflightGET + "; with x-a,x-b", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, x-b; vary"},
			{request: preflightGET + "; with x-a, x-b", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, x-b; vary"},
		},
	},
	{
		deviation: "header-disallowed-on-actual",
		config:    "https://app.example | GET | headers x-a",
		cases: []answered{
			{request: actualGET + "; with x-b", s3: "200", here: granted("https://app.example")},
			{request: actualGET + "; with x-a", s3: "200; origin https://app.example; credentials; methods GET; headers x-a; vary"},
			{request: preflightGET + "; with x-b", s3: refusedGET},
		},
	},
	{
		deviation: "header-blanks-count", // * takes the name with its blank too
		config:    "https://app.example | GET | headers *",
		cases: []answered{
			{config: "https://app.example | GET | headers x-*", request: actualGET + "; with x-a, x-b", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, x-b; vary", here: "200"},
			{request: actualGET + "; with x-a, x-b", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, x-b; vary"},
		},
	},
}
