// Package fact names the facts of facts.yaml, which has their statements, strengths and sources. It is written by its test.
package fact

// The facts, by their ids.
const (
	// A preflight that a rule matches is answered 200 with an empty body (Content-Length 0, no Content-Type).
	PreflightGranted = 1
	// A preflight that no rule matches, on a bucket with a configuration, is answered 403 with an XML error: Code AccessForbidden, Message "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec." ("evalution" is S3's spelling).
	PreflightRefused = 2
	// The error document of an unmatched preflight has Code, Message, Method, ResourceType, RequestId, HostId; Method is the requested method, ResourceType OBJECT or BUCKET after the URL. The order of the elements is known from the field only.
	RefusalDocument = 3
	// A preflight refused with 403 or 400 carries neither Access-Control-* headers nor Vary.
	RefusalWithoutHeaders = 4
	// On a bucket without configuration a preflight is answered 403 AccessForbidden, "CORSResponse: CORS is not enabled for this bucket."; ResourceType is BUCKET for objects too, Method the requested one.
	NotEnabled = 5
	// For a missing bucket a preflight is answered 403 AccessForbidden, not 404, "CORSResponse: Bucket not found"; ResourceType is BUCKET, and Method is OPTIONS when none was requested.
	BucketNotFound = 6
	// OPTIONS without Origin is answered 400 BadRequest, "Insufficient information. Origin request header needed.", whatever the state of the bucket and whatever Referer says; the document names no Method and no ResourceType.
	OriginNeeded = 7
	// With Origin but no Access-Control-Request-Method, a bucket without configuration and a missing bucket get the refusals of 5 and 6 with Method OPTIONS.
	LookupWithoutMethod = 8
	// With Origin but no Access-Control-Request-Method, a bucket with a configuration refuses; whether with 400 (nephoria, s3rver, Arsenal, ceph) or 403 (LocalStack's code, and what 8 suggests) is not settled.
	MissingMethod = 9
	// A requested method other than GET, PUT, POST, DELETE and HEAD, in exactly this case, is answered 400 BadRequest before the configuration is looked up. Peers word it "Invalid Access-Control-Request-Method: " and the value.
	UnknownMethod = 10
	// A requested header name with a character that names cannot have is answered 400 BadRequest. The wording is versitygw's, which quotes the untrimmed name.
	BadHeaderName = 11
	// Checks come in the order origin, requested method, requested names, bucket, configuration, rules. The first steps are known from peers, the last three are recorded.
	OrderOfChecks = 12
	// A preflight of the service root is answered 403; its text is known from a peer only.
	ServiceRoot = 13
	// OPTIONS with versionId was answered 400 InvalidArgument, "This operation does not accept a version-id.", in 2015. Other query parameters, a presigned URL's among them, change nothing.
	VersionID = 14
	// An endpoint of the wrong region redirects a preflight (307 or 301) without CORS headers, which a browser takes as a refusal.
	WrongRegion = 15
	// Preflights are not authenticated: a missing, wrong or foreign signature changes nothing, nor do policies and ACLs.
	PreflightUnauthenticated = 16
	// It makes no difference to a preflight whether the key exists.
	KeyNotNeeded = 17
	// Bucket and object URLs get the same headers; only the error's ResourceType tells them apart.
	SameForBuckets = 18
	// Path-style and virtual-hosted addressing behave alike.
	SameAddressing = 19
	// Access-Control-Allow-Origin is * when the matching rule lists *, else the origin as it was sent, also when a pattern covered it.
	AllowOrigin = 20
	// A rule that lists both * and the exact origin probably answers *; versitygw answers the origin when that stands first.
	StarAndOrigin = 21
	// Access-Control-Allow-Credentials is true exactly when Access-Control-Allow-Origin is not *; it is never false.
	AllowCredentials = 22
	// Access-Control-Allow-Methods is the rule's whole list in stored order, joined with comma and blank, on preflights and actual requests.
	AllowMethods = 23
	// Access-Control-Allow-Headers repeats the names asked for, lower-cased, trimmed, in their order; it is absent when none were asked for, and never the rule's list.
	AllowHeaders = 24
	// Empty members of Access-Control-Request-Headers were dropped in 2017; versitygw answers 400. A value that is empty as a whole counts as absent (peers only).
	EmptyMember = 25
	// An actual request that carries Access-Control-Request-Headers and matches gets Access-Control-Allow-Headers too; without it, the header is absent.
	AllowHeadersOnActual = 26
	// Access-Control-Expose-Headers is the rule's list as stored, on preflights and actual requests, absent when the rule has none. Nothing is exposed by default.
	ExposeHeaders = 27
	// Access-Control-Max-Age is MaxAgeSeconds in decimal, on preflights and actual requests, absent when unset. What 0 gives is open.
	MaxAge = 28
	// Vary is "Origin, Access-Control-Request-Headers, Access-Control-Request-Method" in one line exactly when a rule matched, rules with * included.
	VaryGranted = 29
	// Neither Vary nor Access-Control-* goes with a request without Origin, an actual request that no rule matches or whose bucket has no configuration, or a refused preflight.
	NoHeadersOtherwise = 30
	// CORS never stops an actual request: unmatched ones are carried out and merely lack the headers.
	NeverStopped = 31
	// Without Origin CORS takes no part; Referer is not looked at.
	NoOrigin = 32
	// Rules are asked for the request's method, or for Access-Control-Request-Method where an actual request carries it.
	MethodAsked = 33
	// Access-Control-Request-Headers on an actual request is compared with AllowedHeader; a name that is not covered takes away the headers, not the success.
	HeadersAsked = 34
	// The headers that an actual request really carries are never compared with AllowedHeader.
	RealHeadersIgnored = 35
	// What an invalid requested method or name does to an actual request is not known; versitygw answers 400.
	OddActual = 36
	// Errors (403 AccessDenied or SignatureDoesNotMatch, 404 NoSuchKey) carry the headers and Vary when a rule matches; a missing bucket's do not.
	ErrorsCarryHeaders = 37
	// Requests that name a missing bucket, and ListBuckets at the service root, get no CORS headers.
	MissingBucketWithoutHeaders = 38
	// Every bucket and object operation carries the headers of a matching rule, the deletion of the configuration included.
	EveryOperation = 39
	// A rule for GET does not cover HEAD.
	GetIsNotHead = 40
	// A presigned request behaves like any other; when its signature fails, the 403 still carries a matching rule's headers.
	PresignedAlike = 41
	// A form upload is a POST to the bucket, so a rule must list POST. The headers of its 204, 201 and 303 are not known.
	FormUpload = 42
	// Website endpoints give the headers on GET and HEAD, on 404 and 301 too. Their preflights are known from peers only.
	Website = 43
	// Rules are tried in stored order; the first that matches origin, method and every requested name is the one that answers.
	FirstMatch = 44
	// Origins are compared as case-sensitive strings; a pattern has at most one *, anywhere.
	OriginPattern = 45
	// * covers the empty string as well: start*end covers startend.
	StarCoversEmpty = 46
	// Scheme, host, port and a trailing slash count literally; a pattern that ends in * covers any port and path.
	OriginLiteral = 47
	// Origin is not parsed, so localhost:4566 is matched as it stands. That null is therefore matched by * (answer *) and by null is inferred, not recorded.
	OriginNotParsed = 48
	// AllowedOrigin https covers no https origin; https://* does.
	SchemeIsNoPattern = 49
	// Methods are compared exactly, case included.
	MethodExact = 50
	// AllowedHeader is compared without regard to case, with one * anywhere; * alone covers every name.
	HeaderPattern = 51
	// A rule without AllowedHeader matches only when no name is asked for; no name is safe by itself, Content-Type neither.
	NoAllowedHeaders = 52
	// White space around requested names is ignored.
	WhiteSpace = 53
	// ExposeHeader and MaxAgeSeconds take no part in matching.
	NoPartInMatching = 54
	// PutBucketCors is answered 200 with an empty body and replaces the whole configuration.
	PutReplaces = 55
	// A configuration without rules is refused with 400 MalformedXML, "The XML you provided was not well-formed or did not validate against our published schema"; so is a rule without origin or method, and a MaxAgeSeconds that is no integer.
	SchemaBroken = 56
	// An unknown method is refused with 400 InvalidRequest, "Found unsupported HTTP method in CORS config. Unsupported method is " and the method, unquoted; lower case, PATCH, OPTIONS, * and the empty text are unknown.
	UnsupportedMethod = 57
	// An origin with more than one * is refused with 400 InvalidRequest, "AllowedOrigin "*example*.com" can not have more than one wildcard."
	TwoStarsInOrigin = 58
	// An AllowedHeader with more than one * is refused with 400 InvalidRequest; the text is known from peers.
	TwoStarsInHeader = 59
	// An ExposeHeader with any * is refused with 400 InvalidRequest, "ExposeHeader "x-amz-*" contains wildcard. We currently do not support wildcard for ExposeHeader."
	StarInExpose = 60
	// An ExposeHeader with a character that names cannot have is refused with 400 InvalidRequest; the text is known from peers.
	BadExposeName = 61
	// Whether AllowedHeader is checked for such characters is open.
	BadAllowedName = 62
	// More than 100 rules are refused with 400, InvalidRequest most likely.
	TooManyRules = 63
	// A document may have 64 KB; how a larger one is refused is open.
	DocumentSize = 64
	// An ID may have 255 characters; how a longer one is refused is open. A second ID or MaxAgeSeconds is MalformedXML (peers). A rule without ID stays without.
	IDLength = 65
	// An empty AllowedOrigin is accepted and returned; so are origins without scheme and with port or path.
	AnyOriginText = 66
	// ExposeHeader need not name a header that exists.
	AnyExposeName = 67
	// Whether a negative MaxAgeSeconds is accepted is open, probably it is.
	NegativeMaxAge = 68
	// S3 names one problem, the first; the schema's before the contents', then rule by rule.
	OneProblem = 69
	// PutBucketCors wants Content-MD5 or one of the newer checksums; without, 400 InvalidRequest. A Content-MD5 of something else is refused with 400 BadDigest, one that cannot be read with 400 InvalidDigest (peers only).
	ChecksumNeeded = 70
	// Directory buckets and Outposts have no CORS.
	NoCORSThere = 71
	// GetBucketCors without configuration is answered 404 NoSuchCORSConfiguration, "The CORS configuration does not exist", with BucketName.
	NoConfiguration = 72
	// GetBucketCors returns what was stored: order of rules and values, case, nothing added.
	StoredAsPut = 73
	// DeleteBucketCors is answered 204, configuration or not; on a missing bucket 404 NoSuchBucket.
	DeleteAnswered = 74
	// Another region's endpoint leads an SDK to the configuration by redirects.
	RegionRedirect = 75
	// Bucket configurations are eventually consistent, without a figure for CORS; the recordings saw changes at once.
	EventuallyConsistent = 76
	// RESTOPTIONSobject has Allow-Methods as the requested method; recorded is the whole list (23).
	DocAllowMethods = 77
	// The user guide shows Allow-Headers with capitals; recorded is lower case (24).
	DocAllowHeaders = 78
	// ManageCorsUsing has https as an origin for all secure ones; tests say otherwise (49).
	DocHTTPS = 79
	// The troubleshooting page expects 403 for an actual request that no rule covers; recorded is success (31).
	DocForbidden = 80
	// RESTOPTIONSobject requires Access-Control-Request-Method but names no error for its lack, only the 403 of 5.
	DocRequestMethod = 81
	// The page of PutBucketCors says that the first rule answers that meets three conditions (44).
	DocFirstRule = 82
)
