package s3cors

// Error codes that S3 uses around CORS.
const (
	CodeAccessForbidden         = "AccessForbidden"         // facts 2, 5, 6
	CodeBadRequest              = "BadRequest"              // facts 7, 10, 11
	CodeMalformedXML            = "MalformedXML"            // fact 56
	CodeInvalidRequest          = "InvalidRequest"          // facts 57 to 61
	CodeNoSuchCORSConfiguration = "NoSuchCORSConfiguration" // fact 72
	CodeNoSuchBucket            = "NoSuchBucket"            // facts 38, 74
	CodeBadDigest               = "BadDigest"               // fact 70
	CodeInvalidDigest           = "InvalidDigest"           // fact 70
)

// Messages as S3 words them, letter by letter; the misspelling in [MessageNotAllowed] is S3's own.
const (
	// MessageNotAllowed answers a preflight that no rule matches (fact 2).
	MessageNotAllowed = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
	// MessageNotEnabled answers a preflight for a bucket without configuration (fact 5).
	MessageNotEnabled = "CORSResponse: CORS is not enabled for this bucket."
	// MessageBucketNotFound answers a preflight for a bucket that does not exist (fact 6).
	MessageBucketNotFound = "CORSResponse: Bucket not found"
	// MessageOriginNeeded answers a preflight without Origin (fact 7).
	MessageOriginNeeded = "Insufficient information. Origin request header needed."
	// MessageMalformedXML answers a configuration that breaks the schema (fact 56).
	MessageMalformedXML = "The XML you provided was not well-formed or did not validate against our published schema"
	// MessageNoConfiguration answers GetBucketCors where there is none (fact 72).
	MessageNoConfiguration = "The CORS configuration does not exist"
	// MessageUnsupportedMethod precedes the unquoted method in the answer to a configuration that lists it (fact 57).
	MessageUnsupportedMethod = "Found unsupported HTTP method in CORS config. Unsupported method is "
)

// The two values of an error document's ResourceType (fact 3).
const (
	resourceBucket = "BUCKET"
	resourceObject = "OBJECT"
)
