package dialect_test

import "strings"

// Actual requests (facts 30 to 41): S3's headers stand on every answer of a bucket whose rule matches, whatever its status.
var actualRows = []row{
	bareRow("no-headers-on-status: 404", "GET /b/key; origin https://app.example; status 404", "GET /b/key; origin https://app.example; status 403"),
	bareRow("no-headers-on-status: 206", "GET /b/key; origin https://app.example; status 206", actualGET),
	bareRow("no-headers-on-method: PUT", "PUT /b/key; origin https://app.example", actualGET, "OPTIONS /b/key; origin https://app.example; for PUT"),
	bareRow("no-headers-on-listings", "GET /b/?list-type=2; origin https://app.example", "GET /b/?versions; origin https://app.example", "OPTIONS /b/?list-type=2; origin https://app.example; for GET"),
	bareRow("no-headers-on-sub-resources", "GET /b/?location; origin https://app.example", "GET /b/?cors; origin https://app.example"),
	bareRow("no-headers-on-sub-resources", "GET /b/?uploads; origin https://app.example", "GET /b/; origin https://app.example"),
	bareRow("no-headers-on-parts", "PUT /b/key?partNumber=1&uploadId=x; origin https://app.example", "PUT /b/key; origin https://app.example"),
	bareRow("no-headers-in-folders", "GET /b/a/key; origin https://app.example", actualGET, "OPTIONS /b/a/key; origin https://app.example; for GET"),
	bareRow("no-headers-on-bucket", "GET /b/; origin https://app.example", actualGET, "OPTIONS /b/; origin https://app.example; for GET"),
	bareRow("no-headers-on-presigned", "GET /b/key?X-Amz-Signature=0; origin https://app.example", actualGET, actualGET+"; header Authorization: AWS4-HMAC-SHA256 x"),
	bareRow("no-headers-on-signed", actualGET+"; header Authorization: AWS4-HMAC-SHA256 x", actualGET, "GET /b/key?X-Amz-Signature=0; origin https://app.example"),
	bareRow("no-headers-on-anonymous", actualGET, actualGET+"; header Authorization: AWS4-HMAC-SHA256 x", "GET /b/key?X-Amz-Signature=0; origin https://app.example", preflightGET),
	bareRow("no-headers-on-authentication-errors", actualGET+"; status 403; header Authorization: AWS4-HMAC-SHA256 x", actualGET+"; status 403", actualGET+"; header Authorization: AWS4-HMAC-SHA256 x"),
	bareRow("no-headers-on-refusals: [GET, HEAD]", actualGET+"; status 403", actualGET+"; status 404", "PUT /b/key; origin https://app.example; status 403"),
	bareRow("no-headers-on-query: {method: GET, query: cors}", "GET /b/?cors; origin https://app.example; status 404", "PUT /b/?cors; origin https://app.example", "GET /b/?acl; origin https://app.example"),
	bareRow("no-headers-on-query: {method: GET, query: cors, status: 404}", "GET /b/?cors; origin https://app.example; status 404", "GET /b/?cors; origin https://app.example"),
	bareRow("no-headers-without-preflight-headers", actualGET, actualGET+"; for PUT", preflightGET),
	bareRow("actual-checks-real-headers", actualGET+"; header Range: bytes=0-1", actualGET+"; header Content-Type: text/plain", actualGET+"; header Accept: */*"),
	{
		deviation: "headers-on-the-root",
		cases: []answered{
			{request: "GET /; origin https://app.example", s3: "200", here: "200; origin *"},
			{request: "GET /", s3: "200"}, {request: theRoot, s3: "403"}, {request: "DELETE /b/key; origin https://app.example", s3: "200"},
		},
	},
	{
		deviation: "actual-refused",
		cases: []answered{
			{request: "DELETE /b/key; origin https://app.example", s3: "200", here: "403"},
			{request: "DELETE /b/key; origin https://app.example; status 404", s3: "404"},
			{request: "DELETE /b/?cors; origin https://app.example; status 204", s3: "204"},
			{request: "DELETE /b/key", s3: "200"}, {request: actualGET, s3: grantedGET}, {config: none, request: actualGET, s3: "200"},
		},
	},
	{
		deviation: "actual-always-allowed",
		cases: []answered{
			{request: "DELETE /b/key; origin https://other.example; status 204", s3: "204", here: "204; origin https://other.example; vary"},
			{request: "DELETE /b/key", s3: "200"}, {request: preflightOther, s3: refusedOther}, {config: none, request: actualGET, s3: "200"}, {request: actualAny, s3: grantedAny},
		},
	},
	{
		deviation: "actual-headers-without-origin",
		cases: []answered{
			{request: "GET /b/key", s3: "200", here: "200; origin *"},
			{config: none, request: "GET /b/key", s3: "200"}, {request: "DELETE /b/key; origin https://app.example", s3: "200"}, {request: withoutOrigin, s3: "400 BadRequest"},
		},
	},
	{
		deviation: "actual-without-origin-matched",
		cases: []answered{
			{request: "GET /b/key", s3: "200", here: grantedAny},
			{request: "PUT /b/key", s3: "200"}, {request: withoutOrigin, s3: "400 BadRequest"}, {config: "https://app.example | GET", request: "GET /b/key", s3: "200"},
		},
	},
	{
		deviation: "double-slash-unrouted",
		cases: []answered{
			{request: "GET /b//key; origin https://app.example", s3: grantedGET, here: "200"}, // its 404 is no part of CORS
			{request: "OPTIONS /b/a//key; origin https://app.example; for GET", s3: grantedGET, here: "404 bare"},
			{request: "GET /b/a/key; origin https://app.example", s3: grantedGET},
		},
	},
	{
		deviation: "actual-headers-on-missing-bucket",
		cases: []answered{
			{request: actualGET + "; no-bucket; status 404", s3: "404", here: "404; origin *"},
			{request: "GET /b/key; no-bucket; status 404", s3: "404"}, {request: missingBucket, s3: notEnabled}, {config: none, request: actualGET, s3: "200"},
		},
	},
	{
		deviation: "actual-bad-method: {status: 400, code: BadRequest}", // open on S3's side (fact 36)
		cases: []answered{
			{request: actualGET + "; for PATCH", s3: "200 or 400", here: "400 BadRequest or 400 BadRequest"},
			{request: actualGET + "; for DELETE", s3: "200"}, {request: preflightBad, s3: "400 BadRequest"},
		},
	},
	{
		deviation: "deleted-bucket-lingers",
		cases: []answered{
			{request: missingBucket, s3: notEnabled, here: grantedGET},
			{request: actualGET + "; no-bucket; status 404", s3: "404", here: "404" + grantedGET[len("200"):]},
			{request: preflightGET, s3: grantedGET}, {config: none, request: preflightGET, s3: notEnabled},
		},
	},
}

// bareRow is a row about an actual request whose answer has no CORS headers, under a rule for one origin and two methods, and about
// others that keep them.
func bareRow(deviation, request string, alike ...string) row {
	r := row{deviation: deviation, config: "https://app.example | GET, PUT | headers Content-Type"}
	all := append([]string{request}, alike...)
	for i, text := range all {
		status := "200"
		if _, rest, found := strings.Cut(text, "; status "); found {
			status = rest[:len(status)]
		}
		c := answered{request: text, s3: status + "; origin https://app.example; credentials; methods GET, PUT; vary"}
		if i == 0 {
			c.here = status
		}
		r.cases = append(r.cases, c)
	}
	return r
}
