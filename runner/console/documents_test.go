package console

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func document(code, message, more string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + message + "</Message>" + more + "<RequestId>4442587FB7D0A2F9</RequestId><HostId>x/y=</HostId></Error>"
}

func TestReadDocuments(t *testing.T) {
	for _, c := range []struct{ code, message, more, want string }{
		{"AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", "<Method>PUT</Method><ResourceType>BUCKET</ResourceType>", "s3-no-configuration"},
		{"AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.", "", "s3-no-rule"},
		{"AccessForbidden", "CORSResponse: Bucket not found", "", "s3-cors-no-bucket"},
		{"AccessForbidden", "go away", "", "s3-access-forbidden"},
		{"AccessDenied", "Access Denied", "", "s3-access-denied"},
		{"AccessDenied", "Request has expired", "<X-Amz-Expires>900</X-Amz-Expires><Expires>2026-01-01T00:00:00Z</Expires>", "s3-request-expired"},
		{"SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.", "<AWSAccessKeyId>AKIAPLANTED</AWSAccessKeyId><StringToSign>planted</StringToSign>", "s3-signature"},
		{"InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", "", "s3-unknown-key"},
		{"ExpiredToken", "The provided token has expired.", "<Token-0>planted</Token-0>", "s3-expired-token"},
		{"RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", "", "s3-clock"},
		{"PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.", "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>b</Bucket>", "s3-region"},
		{"AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'", "<Region>eu-central-1</Region>", "s3-region"},
		{"NoSuchBucket", "The specified bucket does not exist", "<BucketName>b</BucketName>", "s3-no-bucket"},
		{"NoSuchKey", "The specified key does not exist.", "<Key>k</Key>", "s3-no-key"},
		{"NoSuchCORSConfiguration", "The CORS configuration does not exist", "", "s3-no-cors-configuration"},
		{"BadDigest", "The CRC32 you specified did not match the calculated checksum.", "", "s3-checksum"},
		{"InvalidRequest", "The algorithm type you specified in x-amz-checksum- header is invalid.", "", "s3-unknown-checksum"},
		{"InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", "", "s3-signature-version"},
		{"InvalidRequest", "Found unsupported HTTP method in CORS config. Unsupported method is OPTIONS", "", "s3-method-in-configuration"},
		{"InvalidRequest", "AllowedOrigin \"*example*.com\" can not have more than one wildcard.", "", "s3-wildcard-in-configuration"},
		{"InvalidRequest", "Missing required header for this request: Content-MD5", "", "s3-content-md5"},
		{"InvalidRequest", "something else", "", "s3-other"},
		{"MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", "", "s3-malformed-xml"},
		{"BadRequest", "Insufficient information. Origin request header needed.", "", "s3-preflight-origin"},
		{"BadRequest", "Invalid Access-Control-Request-Method: PATCH", "", "s3-preflight-method"},
		{"BadRequest", "Access-Control-Request-Headers \" a b\" contains invalid character.", "", "s3-preflight-headers"},
		{"NotImplemented", "A header you provided implies functionality that is not implemented", "", "s3-not-implemented"},
		{"SlowDown", "Please reduce your request rate.", "", "s3-busy"},
		{"Nonesuch", "Whatever", "", "s3-other"},
	} {
		all := Read("This XML file does not appear to have any style information associated with it.\n" + document(c.code, c.message, c.more))
		if len(all) != 1 || all[0].Meaning.ID != c.want || all[0].Error.Code != c.code || all[0].Error.Message != strings.ReplaceAll(c.message, "`", "'") {
			t.Errorf("%s %s: %v, want %s", c.code, c.message, all, c.want)
		}
	}
}

func TestReadDocumentTells(t *testing.T) {
	d, ok := ParseDocument(document("PermanentRedirect", "m", "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>b</Bucket><Region>eu-west-1</Region>"))
	want := Document{Code: "PermanentRedirect", Message: "m", Endpoint: "b.s3.eu-west-1.amazonaws.com", Region: "eu-west-1", Bucket: "b"}
	if diff := cmp.Diff(want, d); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	for _, text := range []string{"", "<html></html>", "<Error></Error>", "<Error><Code> </Code></Error>", "<Error><Code>X</Code>"} {
		if d, ok := ParseDocument(text); ok {
			t.Errorf("%q is taken for %v", text, d)
		}
	}
}

// Codes come without their documents too: from SDKs, from the command line, cut off, or written into a web page.
func TestReadCodes(t *testing.T) {
	for text, want := range map[string]string{
		"An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: The request signature we calculated does not match": "s3-signature",
		"An error occurred (NoSuchCORSConfiguration) when calling the GetBucketCors operation: The CORS configuration does not exist":        "s3-no-cors-configuration",
		"AccessForbidden: CORSResponse: CORS is not enabled for this bucket.":                                                                "s3-no-configuration",
		"SignatureDoesNotMatch":                                   "s3-signature",
		`{"Code":"AccessDenied","Message":"Request has expired"}`: "s3-request-expired",
		"<Error>\n<Code>AccessForbidden</Code>\n<Message>CORSResponse: This CORS request is not allowed. This is usu": "s3-no-rule",
		"&lt;Error&gt;&lt;Code&gt;NoSuchBucket&lt;/Code&gt;&lt;Message&gt;x&lt;/Message&gt;&lt;/Error&gt;":            "s3-no-bucket",
	} {
		all := Read(text)
		if len(all) != 1 || all[0].Source != S3 || all[0].Meaning.ID != want {
			t.Errorf("%s: %v, want %s", text, saidAll(text), want)
		}
	}
}
