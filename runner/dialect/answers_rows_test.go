package dialect_test

import "strings"

// grantRow is a row about one part of what a rule answers, under the usual configuration: what stands in the answers to a preflight and to
// an actual request that ask for names too, in the place of S3's part; empty: nothing does.
func grantRow(deviation, part, preflight, actual string, alike ...answered) row {
	r := row{deviation: deviation}
	for _, request := range []struct{ asked, here string }{{preflightNames, preflight}, {actualNames, actual}} {
		r.cases = append(r.cases, answered{request: request.asked, s3: grantedNames, here: edited(part, request.here)})
	}
	r.cases = append(r.cases, alike...)
	return r
}

const (
	preflightNames = preflightGET + "; with X-Amz-Date, content-type"
	actualNames    = actualGET + "; with X-Amz-Date, content-type"
	grantedNames   = "200; origin https://app.example; credentials; methods PUT, GET; headers x-amz-date, content-type; expose ETag, x-amz-version-id; age 3000; vary"
	same           = "as S3"
)

// edited is the answer to the names with one of its parts replaced.
func edited(part, here string) string {
	switch here {
	case same:
		return ""
	case "":
		return strings.Replace(grantedNames, "; "+part, "", 1)
	}
	return strings.Replace(grantedNames, "; "+part, "; "+here, 1)
}

// nothing is an answer that no rule made: every deviation in granted answers leaves it alone (fact 30).
var nothing = answered{config: "https://elsewhere.example | GET", request: actualNames, s3: "200"}

// refusal is a preflight's, likewise (fact 4).
var refusal = answered{config: "https://elsewhere.example | GET", request: preflightNames, s3: refusedGET}

// star is a rule that lists *: no credentials, nothing exposed, no age.
func star(request, here string) answered {
	return answered{config: "* | GET", request: request, s3: grantedAny, here: here}
}

// What stands in Allow-Origin (facts 20 to 22).
var allowOriginRows = []row{
	grantRow("allow-origin-star-for-echo", "origin https://app.example", "origin *", "origin *", nothing, refusal, star(actualAny, "")),
	{
		deviation: "allow-origin-pattern",
		cases: []answered{
			{request: from("https://a.shop.example"), s3: "200; origin https://a.shop.example; credentials; methods PUT, GET; expose ETag, x-amz-version-id; age 3000; vary", here: "200; origin https://*.shop.example; credentials; methods PUT, GET; expose ETag, x-amz-version-id; age 3000; vary"},
			{request: actualGET, s3: grantedGET},
			{request: actualAny, s3: grantedAny},
		},
	},
	{
		deviation: "allow-origin-first-of-rule",
		cases: []answered{
			{request: from("https://a.shop.example"), s3: "200; origin https://a.shop.example; credentials; methods PUT, GET; expose ETag, x-amz-version-id; age 3000; vary", here: grantedGET},
			{request: actualGET, s3: grantedGET},
			{config: "https://*.example | GET", request: actualGET, s3: granted("https://app.example")},
		},
	},
	{
		deviation: "allow-origin-list",
		config:    "https://a.example, https://b.example | GET",
		cases: []answered{
			{request: from("https://b.example"), s3: granted("https://b.example"), here: "200; origin https://a.example, https://b.example; credentials; methods GET; vary"},
			{config: "https://b.example | GET", request: from("https://b.example"), s3: granted("https://b.example")},
			star(actualAny, ""),
		},
	},
	{
		deviation: "allow-origin-echo-for-star",
		cases: []answered{
			star(preflightAny, "200; origin https://other.example; methods GET; vary"),
			star(actualAny, "200; origin https://other.example; methods GET; vary"),
			{request: actualGET, s3: grantedGET},
		},
	},
	{
		deviation: "allow-origin-echo-for-star-on-preflight",
		cases: []answered{
			star(preflightAny, "200; origin https://other.example; methods GET; vary"),
			star(actualAny, ""),
		},
	},
	{
		deviation: "allow-origin-star-first-only", // a rule with both is open (fact 21) only where the other origin fits
		config:    "https://app.example, * | GET",
		cases: []answered{
			{request: actualAny, s3: grantedAny, here: "200; origin https://other.example; methods GET; vary"},
			{config: "*, https://app.example | GET", request: actualAny, s3: grantedAny},
			star(preflightAny, ""),
		},
	},
	{
		deviation: "allow-origin-echo-for-star-when-authorised",
		cases: []answered{
			star(actualAny+"; header Authorization: AWS4-HMAC-SHA256 x", "200; origin https://other.example; methods GET; vary"),
			star("GET /b/key?X-Amz-Signature=0; origin https://other.example", "200; origin https://other.example; methods GET; vary"),
			star(actualAny, ""),
			star(preflightAny+"; header Authorization: AWS4-HMAC-SHA256 x", ""),
		},
	},
	grantRow("allow-origin-star-for-echo-on-preflight", "origin https://app.example", "origin *", same, nothing, refusal),
	{
		deviation: "allow-origin-echo-for-star-when-signed",
		cases: []answered{
			star(actualAny+"; header Authorization: AWS4-HMAC-SHA256 x", "200; origin https://other.example; methods GET; vary"),
			star(preflightAny+"; header Authorization: AWS4-HMAC-SHA256 x", "200; origin https://other.example; methods GET; vary"),
			star("GET /b/key?X-Amz-Signature=0; origin https://other.example", ""),
		},
	},
	{
		deviation: "allow-origin-echo-with-credentials-for-star",
		cases: []answered{
			star(preflightAny, "200; origin https://other.example; credentials; methods GET; vary"),
			star(actualAny, "200; origin https://other.example; credentials; methods GET; vary"),
			{request: actualGET, s3: grantedGET},
		},
	},
	{
		deviation: "allow-origin-lower-case",
		config:    "https://*.Example | GET",
		cases: []answered{
			{request: from("https://App.Example"), s3: granted("https://App.Example"), here: granted("https://app.example")},
			{request: from("https://app.example"), s3: "200"},
			{config: usual, request: actualGET, s3: grantedGET},
		},
	},
	grantRow("allow-origin-trailing-slash", "origin https://app.example", "origin https://app.example/", "origin https://app.example/", nothing, star(actualAny, "")),
	grantRow("allow-origin-twice", "origin https://app.example", "origin https://app.example twice", "origin https://app.example twice", nothing, refusal),
	grantRow("allow-origin-missing-on-preflight", "origin https://app.example", "", same, nothing),
	grantRow("allow-origin-missing-on-actual", "origin https://app.example", same, "", nothing),
}

// What else a rule's answer says (facts 22 to 28).
var grantRows = []row{
	grantRow("credentials-missing", "credentials", "", "", nothing, star(actualAny, "")),
	grantRow("credentials-missing-on-actual", "credentials", same, "", star(actualAny, "")),
	grantRow("credentials-missing-on-preflight", "credentials", "", same, star(preflightAny, "")),
	grantRow("credentials-upper-case", "credentials", "credentials True", "credentials True", star(actualAny, ""), nothing),
	{
		deviation: "credentials-with-star",
		cases: []answered{
			star(preflightAny, "200; origin *; credentials; methods GET; vary"),
			star(actualAny, "200; origin *; credentials; methods GET; vary"),
			{request: actualGET, s3: grantedGET}, nothing, refusal,
		},
	},
	{
		deviation: "credentials-false-with-star",
		cases: []answered{
			star(preflightAny, "200; origin *; credentials false; methods GET; vary"),
			star(actualAny, "200; origin *; credentials false; methods GET; vary"),
			{request: actualGET, s3: grantedGET}, nothing,
		},
	},
	grantRow("allow-methods-missing-on-preflight", "methods PUT, GET", "", same),
	grantRow("allow-methods-missing-on-actual", "methods PUT, GET", same, ""),
	grantRow("allow-methods-requested-only", "methods PUT, GET", "methods GET", "methods GET", nothing, star(actualAny, "")),
	grantRow("allow-methods-sorted", "methods PUT, GET", "methods GET, PUT", "methods GET, PUT", star(actualAny, ""), answered{
		config: "https://app.example | DELETE, GET, PUT", request: actualGET, s3: "200; origin https://app.example; credentials; methods DELETE, GET, PUT; vary",
	}),
	grantRow("allow-methods-lower-case", "methods PUT, GET", "methods put, get", "methods put, get", nothing),
	grantRow("allow-methods-blanks", "methods PUT, GET", "methods PUT GET", "methods PUT GET", star(actualAny, "")),
	grantRow("allow-methods-all", "methods PUT, GET", "methods GET, PUT, POST, DELETE, HEAD", "methods GET, PUT, POST, DELETE, HEAD", nothing, refusal),
	grantRow("allow-methods-options-too", "methods PUT, GET", "methods PUT, GET, OPTIONS", "methods PUT, GET, OPTIONS", nothing, refusal),
	grantRow("allow-headers-missing", "headers x-amz-date, content-type", "", "", answered{request: preflightGET, s3: grantedGET}),
	grantRow("allow-headers-rule-list", "headers x-amz-date, content-type", "headers X-Amz-*, Content-Type", "headers X-Amz-*, Content-Type", answered{request: preflightGET, s3: grantedGET}, nothing),
	grantRow("allow-headers-rule-list-always", "headers x-amz-date, content-type", "headers X-Amz-*,Content-Type", "headers X-Amz-*,Content-Type", nothing, answered{
		request: preflightGET, s3: grantedGET, here: "200; origin https://app.example; credentials; methods PUT, GET; headers X-Amz-*,Content-Type; expose ETag, x-amz-version-id; age 3000; vary",
	}, star(preflightAny, "")),
	grantRow("allow-headers-star", "headers x-amz-date, content-type", "headers *", "headers *", answered{request: preflightGET, s3: grantedGET}),
	grantRow("allow-headers-case-kept", "headers x-amz-date, content-type", "headers X-Amz-Date, content-type", "headers X-Amz-Date, content-type", answered{request: preflightGET, s3: grantedGET}, refusal),
	grantRow("allow-headers-first-only", "headers x-amz-date, content-type", "headers x-amz-date", "headers x-amz-date", answered{request: preflightGET, s3: grantedGET}),
	{
		deviation: "allow-headers-without-authorization",
		config:    "https://app.example | GET | headers *",
		cases: []answered{
			{request: preflightGET + "; with X-A, Authorization", s3: "200; origin https://app.example; credentials; methods GET; headers x-a, authorization; vary", here: "200; origin https://app.example; credentials; methods GET; headers x-a; vary"},
			{request: preflightGET + "; with x-authorization", s3: "200; origin https://app.example; credentials; methods GET; headers x-authorization; vary"},
		},
	},
	grantRow("allow-headers-missing-on-preflight", "headers x-amz-date, content-type", "", same),
	grantRow("allow-headers-missing-on-actual", "headers x-amz-date, content-type", same, ""),
	grantRow("expose-headers-missing", "expose ETag, x-amz-version-id", "", "", star(actualAny, "")),
	grantRow("expose-headers-missing-on-actual", "expose ETag, x-amz-version-id", same, ""),
	grantRow("expose-headers-missing-on-preflight", "expose ETag, x-amz-version-id", "", same),
	grantRow("always-exposed: [etag, x-cache]", "expose ETag, x-amz-version-id", "expose ETag, x-amz-version-id, x-cache", "expose ETag, x-amz-version-id, x-cache", nothing, refusal,
		star(actualAny, "200; origin *; methods GET; expose etag, x-cache; vary")),
	grantRow("always-exposed-on-actual: [x-cache]", "expose ETag, x-amz-version-id", same, "expose ETag, x-amz-version-id, x-cache", nothing),
	{
		deviation: "exposed-where-sent: [ETag, x-amz-meta-*]",
		config:    "* | GET",
		cases: []answered{
			{request: actualAny + "; sends etag, X-Amz-Meta-Title, Server", s3: grantedAny, here: "200; origin *; methods GET; expose etag, X-Amz-Meta-Title; vary"},
			{request: actualAny + "; sends Server", s3: grantedAny},
			{request: preflightAny + "; sends ETag", s3: grantedAny},
		},
	},
	grantRow("expose-headers-star", "expose ETag, x-amz-version-id", "expose *", "expose *", nothing, refusal, star(actualAny, "200; origin *; methods GET; expose *; vary")),
	grantRow("expose-headers-lower-case", "expose ETag, x-amz-version-id", "expose etag, x-amz-version-id", "expose etag, x-amz-version-id", star(actualAny, "")),
	grantRow("expose-headers-first-only", "expose ETag, x-amz-version-id", "expose ETag", "expose ETag", star(actualAny, "")),
	grantRow("max-age-missing", "age 3000", "", "", star(actualAny, "")),
	grantRow("max-age-missing-on-preflight", "age 3000", "", same),
	grantRow("max-age-missing-on-actual", "age 3000", same, ""),
	grantRow("max-age-milliseconds", "age 3000", "age 3000000", "age 3000000", star(actualAny, "")),
	{
		deviation: "max-age-default: 7",
		cases: []answered{
			star(preflightAny, "200; origin *; methods GET; age 7; vary"),
			star(actualAny, "200; origin *; methods GET; age 7; vary"),
			{request: actualGET, s3: grantedGET}, nothing,
		},
	},
	{
		deviation: "max-age-of-first-rule",
		cases: []answered{
			{request: preflightAny, s3: grantedAny, here: "200; origin *; methods GET; age 3000; vary"},
			{config: "* | GET\nhttps://app.example | PUT | age 60", request: "PUT /b/key; origin https://app.example", s3: "200; origin https://app.example; credentials; methods PUT; age 60; vary"},
			{request: actualGET, s3: grantedGET}, refusal,
		},
	},
	grantRow("max-age-capped: 600", "age 3000", "age 600", "age 600", star(actualAny, ""), answered{
		config: "https://app.example | GET | age 601", request: actualGET, s3: "200; origin https://app.example; credentials; methods GET; age 601; vary",
		here: "200; origin https://app.example; credentials; methods GET; age 600; vary",
	}, answered{
		config: "https://app.example | GET | age 600", request: actualGET, s3: "200; origin https://app.example; credentials; methods GET; age 600; vary",
	}),
	grantRow("max-age-twice", "age 3000", "age 3000 twice", "age 3000 twice", star(actualAny, "")),
}

// What Vary names (facts 29, 30).
var varyRows = []row{
	grantRow("vary-missing", "vary", "", "", nothing),
	grantRow("vary-missing-on-actual", "vary", same, ""),
	grantRow("vary-missing-on-preflight", "vary", "", same),
	grantRow("vary-origin-only", "vary", "vary Origin", "vary Origin", nothing, refusal),
	grantRow("vary-without-origin", "vary", "vary Access-Control-Request-Headers, Access-Control-Request-Method", "vary Access-Control-Request-Headers, Access-Control-Request-Method", nothing),
	{
		deviation: "vary-missing-on-errors",
		config:    "https://app.example | GET",
		cases: []answered{
			{request: actualGET + "; status 404", s3: "404; origin https://app.example; credentials; methods GET; vary", here: "404; origin https://app.example; credentials; methods GET"},
			{request: actualGET + "; status 400", s3: "400; origin https://app.example; credentials; methods GET; vary", here: "400; origin https://app.example; credentials; methods GET"},
			{request: actualGET + "; status 304", s3: "304; origin https://app.example; credentials; methods GET; vary"},
			{request: preflightGET, s3: granted("https://app.example")},
		},
	},
	{
		deviation: "vary-missing-with-star",
		cases: []answered{
			star(preflightAny, "200; origin *; methods GET"),
			star(actualAny, "200; origin *; methods GET"),
			{request: actualGET, s3: grantedGET},
		},
	},
	{
		deviation: "vary-missing-with-star-on-actual",
		cases:     []answered{star(actualAny, "200; origin *; methods GET"), star(preflightAny, ""), {request: actualGET, s3: grantedGET}},
	},
	grantRow("vary-blanks", "vary", "vary Origin Access-Control-Request-Headers Access-Control-Request-Method", "vary Origin Access-Control-Request-Headers Access-Control-Request-Method", nothing),
}
