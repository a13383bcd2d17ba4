package reference

import "corsprobe/runner/dialect"

// OVHcloud answers as OVHcloud's published S3 layer does, a fork of OpenStack Swift (github.com/open-io/swift, last commit of 2024-10): as it
// was seen to answer, and where nobody has looked, as its source says. Production may differ. What neither tells is S3's.
//
// It answers from the rule that matches, as it stands, rather than from the request; and it sends no Vary.
func OVHcloud() Behaviour {
	var d dialect.Dialect
	for _, text := range ovhDialect {
		one, err := dialect.Parse(text)
		if err != nil {
			panic(err) // a test has seen them all
		}
		d = append(d, one)
	}
	return Behaviour{Dialect: d}
}

var ovhDialect = []string{
	"origin-wildcard-overlap", "header-wildcard-overlap", "header-names-unchecked", "header-empty-names-compared",
	"allow-origin-star-first-only", "allow-origin-echo-for-star-when-authorised",
	"credentials-with-star", "allow-headers-rule-list-always", "vary-missing",
	"error-resource-type: BUCKET", "preflight-without-origin: {status: 400, code: CORSOriginMissing}",
	"preflight-without-method: {status: 400, code: CORSInvalidAccessControlRequest}",
	"preflight-bad-method: {status: 400, code: CORSInvalidAccessControlRequest}",
	"actual-bad-method: {status: 400, code: CORSInvalidAccessControlRequest}",
	"accepts-no-rules", "accepts-no-methods", "accepts-101-rules", "accepts-odd-exposed-names", "accepts-long-id", "accepts-two-stars-behind-the-first", "refuses-empty-text",
	"refusal-code: {InvalidRequest: CORSInvalidRequest}", "document-bytes: 10240",
}
