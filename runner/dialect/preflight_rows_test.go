package dialect_test

const (
	notEnabled     = "403 AccessForbidden GET BUCKET" // fact 5: BUCKET even for an object
	missingBucket  = "OPTIONS /b/key; origin https://app.example; for GET; no-bucket"
	withoutOrigin  = "OPTIONS /b/key; for GET"
	preflightBad   = "OPTIONS /b/key; origin https://app.example; for PATCH"
	preflightName  = "OPTIONS /b/key; origin https://app.example; for GET; with x y"
	preflightOther = "OPTIONS /b/key; origin https://app.example; for DELETE"
	refusedOther   = "403 AccessForbidden DELETE OBJECT"
	theRoot        = "OPTIONS /; origin https://app.example; for GET"
	presigned      = "OPTIONS /b/key?X-Amz-Signature=0; origin https://app.example; for GET"
	signed         = preflightGET + "; header Authorization: AWS4-HMAC-SHA256 x"
)

// Which preflights are answered at all (facts 13, 14, 16 to 18): each of these is granted by S3.
var preflightRows = []row{
	{
		deviation: "preflight-signature-needed",
		cases: []answered{
			{request: preflightGET, s3: grantedGET, here: "403 AccessDenied"},
			{request: presigned, s3: grantedGET}, {request: signed, s3: grantedGET}, {request: actualGET, s3: grantedGET},
		},
	},
	{
		deviation: "preflight-presigned-checked",
		cases: []answered{
			{request: presigned, s3: grantedGET, here: "403 SignatureDoesNotMatch"},
			{request: signed, s3: grantedGET}, {request: preflightGET, s3: grantedGET},
			{request: "GET /b/key?X-Amz-Signature=0; origin https://app.example", s3: grantedGET},
		},
	},
	{
		deviation: "preflight-unusable-url-refused: {expired: AccessDenied}",
		cases: []answered{
			{request: presigned + "; fault expired", s3: grantedGET, here: "403 AccessDenied"},
			{request: "OPTIONS /b/key?X-Amz-Signature=0; origin https://app.example; for DELETE; fault expired", s3: refusedOther, here: "403 AccessDenied"},
			{request: presigned + "; fault unknown-key", s3: grantedGET}, {request: presigned, s3: grantedGET},
		},
	},
	{
		deviation: "preflight-unusable-url-refused-where-granted: {unknown-key: InvalidAccessKeyId}",
		cases: []answered{
			{request: presigned + "; fault unknown-key", s3: grantedGET, here: "403 InvalidAccessKeyId" + grantedGET[len("200"):]},
			{request: "OPTIONS /b/key?X-Amz-Signature=0; origin https://app.example; for DELETE; fault unknown-key", s3: refusedOther},
			{request: presigned + "; fault expired", s3: grantedGET},
		},
	},
	{
		deviation: "preflight-authorization-checked",
		cases: []answered{
			{request: signed, s3: grantedGET, here: "403 SignatureDoesNotMatch"},
			{request: presigned, s3: grantedGET}, {request: preflightGET, s3: grantedGET},
			{request: actualGET + "; header Authorization: AWS4-HMAC-SHA256 x", s3: grantedGET},
		},
	},
	{
		deviation: "preflight-key-needed",
		cases: []answered{
			{request: preflightGET + "; no-key", s3: grantedGET, here: "404 NoSuchKey"},
			{request: preflightGET, s3: grantedGET},
			{request: preflightOther + "; no-key", s3: refusedOther},
			{request: actualGET + "; no-key; status 404", s3: "404" + grantedGET[len("200"):]},
		},
	},
	{
		deviation: "preflight-bucket-url-unrouted",
		cases: []answered{
			{request: "OPTIONS /b/; origin https://app.example; for GET", s3: grantedGET, here: "405 MethodNotAllowed"},
			{request: "OPTIONS /b; origin https://app.example; for GET", s3: grantedGET, here: "405 MethodNotAllowed"},
			{request: preflightGET, s3: grantedGET}, {request: "GET /b/; origin https://app.example", s3: grantedGET},
			{request: theRoot, s3: "403"},
		},
	},
	{
		deviation: "preflight-query-unrouted",
		cases: []answered{
			{request: "OPTIONS /b/?list-type=2; origin https://app.example; for GET", s3: grantedGET, here: "400 InvalidArgument"},
			{request: "OPTIONS /b/?x-id=GetObject; origin https://app.example; for GET", s3: grantedGET},
			{request: "GET /b/?list-type=2; origin https://app.example", s3: grantedGET},
		},
	},
	{
		deviation: "preflight-part-unrouted",
		cases: []answered{
			{request: "OPTIONS /b/key?partNumber=1&uploadId=x; origin https://app.example; for PUT", s3: grantedGET, here: "400 InvalidArgument"},
			{request: "OPTIONS /b/key?uploads; origin https://app.example; for PUT", s3: grantedGET},
			{request: "PUT /b/key?partNumber=1&uploadId=x; origin https://app.example", s3: grantedGET},
		},
	},
	{
		deviation: "preflight-folder-unrouted",
		cases: []answered{
			{request: "OPTIONS /b/folder/key; origin https://app.example; for GET", s3: grantedGET, here: "405 MethodNotAllowed"},
			{request: preflightGET, s3: grantedGET}, {request: "GET /b/folder/key; origin https://app.example", s3: grantedGET},
		},
	},
	{
		deviation: "preflight-bare-bucket-url-allowed",
		cases: []answered{
			{request: "OPTIONS /b; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE BUCKET", here: "200; origin https://app.example; credentials; methods DELETE; vary"},
			{request: "OPTIONS /b/; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE BUCKET"},
			{request: "OPTIONS /b; for DELETE", s3: "400 BadRequest"}, {request: theRoot, s3: "403"}, {request: preflightOther, s3: refusedOther},
		},
	},
	{
		deviation: "preflight-bucket-slash-refused",
		cases: []answered{
			{request: "OPTIONS /b/; origin https://app.example; for GET", s3: grantedGET, here: "403 AccessForbidden"},
			{request: "OPTIONS /b; origin https://app.example; for GET", s3: grantedGET},
			{request: "OPTIONS /b/key/; origin https://app.example; for GET", s3: grantedGET}, {request: theRoot, s3: "403"},
		},
	},
	{
		deviation: "preflight-of-the-root-allowed",
		cases: []answered{
			{request: theRoot + "; with X-A", s3: "403", here: "200; origin *; methods GET; headers x-a; vary"},
			{request: "OPTIONS /; for GET", s3: "400 BadRequest or 403"}, // which check comes first is open there (facts 12, 13)
			{request: preflightOther, s3: refusedOther}, {request: "GET /; origin https://app.example", s3: "200"},
		},
	},
	{
		deviation: "preflight-root: {status: 405, code: MethodNotAllowed}",
		cases: []answered{
			{request: theRoot, s3: "403", here: "405 MethodNotAllowed"},
			{request: preflightGET, s3: grantedGET}, {request: preflightOther, s3: refusedOther},
		},
	},
	{
		deviation: "preflight-204",
		cases: []answered{
			{request: preflightGET, s3: grantedGET, here: "204" + grantedGET[len("200"):]},
			{request: preflightOther, s3: refusedOther}, {request: actualGET, s3: grantedGET},
		},
	},
}

// What refused preflights get (facts 2 to 12).
var refusalRows = []row{
	{
		deviation: "preflight-refusal-200",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "200"},
			{config: none, request: preflightGET, s3: notEnabled, here: "200"},
			{request: withoutOrigin, s3: "400 BadRequest"}, {request: preflightGET, s3: grantedGET},
		},
	},
	{
		deviation: "preflight-refusal-with-headers",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "403 AccessForbidden DELETE OBJECT; origin https://app.example; methods DELETE"},
			{config: none, request: preflightGET, s3: notEnabled}, {request: preflightBad, s3: "400 BadRequest"}, {request: preflightGET, s3: grantedGET},
		},
	},
	{
		deviation: "preflight-granted-by-origin",
		config:    "https://app.example | GET",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "200; origin https://app.example"},
			{request: preflightGET + "; with x-a", s3: refusedGET, here: "200; origin https://app.example"},
			{request: preflightAny, s3: refusedGET}, {request: preflightBad, s3: "400 BadRequest"}, {request: preflightGET, s3: granted("https://app.example")},
		},
	},
	{
		deviation: "error-code: {BadRequest: InvalidRequest}",
		cases: []answered{
			{request: withoutOrigin, s3: "400 BadRequest", here: "400 InvalidRequest"},
			{request: preflightBad, s3: "400 BadRequest", here: "400 InvalidRequest"},
			{request: preflightOther, s3: refusedOther}, {request: preflightGET, s3: grantedGET},
		},
	},
	{
		deviation: "error-code: {AccessForbidden: AccessDenied}",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "403 AccessDenied DELETE OBJECT"},
			{request: missingBucket, s3: notEnabled, here: "403 AccessDenied GET BUCKET"},
			{request: withoutOrigin, s3: "400 BadRequest"},
		},
	},
	{
		deviation: "error-method: OPTIONS",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "403 AccessForbidden OPTIONS OBJECT"},
			{request: withoutOrigin, s3: "400 BadRequest"}, // it has no Method (fact 7)
			{request: preflightGET, s3: grantedGET},
		},
	},
	{
		deviation: "error-method: none",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "403 AccessForbidden none OBJECT"},
			{request: withoutOrigin, s3: "400 BadRequest"},
		},
	},
	{
		deviation: "error-resource-type: BUCKET",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "403 AccessForbidden DELETE BUCKET"},
			{request: "OPTIONS /b/; origin https://app.example; for DELETE", s3: "403 AccessForbidden DELETE BUCKET"},
			{request: withoutOrigin, s3: "400 BadRequest"},
		},
	},
	{
		deviation: "error-resource-type: OBJECT",
		cases: []answered{
			{config: none, request: preflightGET, s3: notEnabled, here: "403 AccessForbidden GET OBJECT"},
			{request: preflightOther, s3: refusedOther},
		},
	},
	{
		deviation: "preflight-empty-refusal",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "403 bare"},
			{request: withoutOrigin, s3: "400 BadRequest", here: "400 bare"},
			{request: preflightGET, s3: grantedGET}, {request: actualGET + "; status 404", s3: "404" + grantedGET[len("200"):]},
		},
	},
	{
		deviation: "preflight-without-origin: {status: 403, code: AccessForbidden}",
		cases: []answered{
			{request: withoutOrigin, s3: "400 BadRequest", here: "403 AccessForbidden"},
			{request: withoutOrigin + "; no-bucket", s3: "400 BadRequest", here: "403 AccessForbidden"},
			{request: preflightBad, s3: "400 BadRequest"}, {request: "GET /b/key", s3: "200"},
		},
	},
	{
		deviation: "preflight-without-method: {status: 404, code: NoSuchMethod}", // 403 or 400 is open with a configuration (fact 9), 403 without one (fact 8)
		cases: []answered{
			{request: "OPTIONS /b/key; origin https://app.example", s3: "403 or 400", here: "404 NoSuchMethod or 404 NoSuchMethod"},
			{config: none, request: "OPTIONS /b/key; origin https://app.example", s3: "403 AccessForbidden OPTIONS BUCKET", here: "404 NoSuchMethod"},
			{request: "OPTIONS /b/key", s3: "400 BadRequest"}, {request: preflightGET, s3: grantedGET},
		},
	},
	{
		deviation: "preflight-bad-method: {status: 403, code: AccessForbidden}",
		cases: []answered{
			{request: preflightBad, s3: "400 BadRequest", here: "403 AccessForbidden"},
			{request: "OPTIONS /b/key; origin https://app.example; for get", s3: "400 BadRequest", here: "403 AccessForbidden"},
			{request: withoutOrigin, s3: "400 BadRequest"}, {request: preflightName, s3: "400 BadRequest"}, {request: preflightOther, s3: refusedOther},
		},
	},
	{
		deviation: "preflight-bad-header-name-200",
		cases: []answered{
			{request: preflightName, s3: "400 BadRequest", here: "200; origin https://app.example; credentials; methods GET; headers x y; vary"},
			{request: preflightBad, s3: "400 BadRequest"}, {request: "OPTIONS /b/key; for GET; with x y", s3: "400 BadRequest"},
		},
	},
	{
		deviation: "preflight-missing-bucket: {status: 404, code: NoSuchBucket}",
		cases: []answered{
			{request: missingBucket, s3: notEnabled, here: "404 NoSuchBucket"},
			{request: withoutOrigin + "; no-bucket", s3: "400 BadRequest"}, {request: preflightBad + "; no-bucket", s3: "400 BadRequest"}, // checked first (fact 12)
			{config: none, request: preflightGET, s3: notEnabled},
		},
	},
	{
		deviation: "preflight-missing-bucket-first: {status: 404, code: NoSuchBucket}",
		cases: []answered{
			{request: missingBucket, s3: notEnabled, here: "404 NoSuchBucket"},
			{request: withoutOrigin + "; no-bucket", s3: "400 BadRequest", here: "404 NoSuchBucket"},
			{request: preflightBad + "; no-bucket", s3: "400 BadRequest", here: "404 NoSuchBucket"},
			{request: withoutOrigin, s3: "400 BadRequest"}, {request: actualGET + "; no-bucket; status 404", s3: "404"},
		},
	},
	{
		deviation: "preflight-missing-bucket-after-method: {status: 404}",
		cases: []answered{
			{request: missingBucket, s3: notEnabled, here: "404 bare"},
			{request: withoutOrigin + "; no-bucket", s3: "400 BadRequest", here: "404 bare"},
			{request: preflightName + "; no-bucket", s3: "400 BadRequest", here: "404 bare"},
			{request: preflightBad + "; no-bucket", s3: "400 BadRequest"},
			{request: "OPTIONS /b/key; origin https://app.example; no-bucket", s3: "403 AccessForbidden OPTIONS BUCKET"}, // fact 8
		},
	},
	{
		deviation: "preflight-missing-bucket-allowed",
		cases: []answered{
			{request: missingBucket, s3: notEnabled, here: "200; origin *; methods GET; vary"},
			{request: withoutOrigin + "; no-bucket", s3: "400 BadRequest"}, {config: none, request: preflightGET, s3: notEnabled},
		},
	},
	{
		deviation: "preflight-not-enabled: {status: 200}",
		config:    none,
		cases: []answered{
			{request: preflightGET, s3: notEnabled, here: "200 bare"},
			{request: missingBucket, s3: notEnabled}, {request: preflightBad, s3: "400 BadRequest"}, {config: usual, request: preflightOther, s3: refusedOther},
		},
	},
	{
		deviation: "preflight-not-allowed: {status: 400, code: InvalidRequest}",
		cases: []answered{
			{request: preflightOther, s3: refusedOther, here: "400 InvalidRequest"},
			{config: none, request: preflightGET, s3: notEnabled}, {request: preflightBad, s3: "400 BadRequest"}, {request: preflightGET, s3: grantedGET},
		},
	},
	{
		deviation: "no-configuration-allowed",
		config:    none,
		cases: []answered{
			{request: preflightGET, s3: notEnabled, here: "200; origin *; methods GET; vary"},
			{request: actualGET, s3: "200", here: "200; origin *"},
			{request: "GET /b/key", s3: "200"}, {request: missingBucket, s3: notEnabled}, {config: "https://elsewhere.example | GET", request: preflightGET, s3: refusedGET},
		},
	},
}
