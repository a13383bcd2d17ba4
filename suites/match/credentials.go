package match

import (
	"corsprobe/runner/header"

	"github.com/onsi/gomega/types"
)

// Credentials succeeds if an answer has Access-Control-Allow-Credentials once, with the value true in lower case,
// the only one that counts for a browser.
//
//	Expect(res).To(match.Credentials())
//	Expect(public).NotTo(match.Credentials())
//
// The negation holds for "True" and for "false" too. For S3, which never sends anything but true, expect
// NoHeader("Access-Control-Allow-Credentials") instead.
func Credentials() types.GomegaMatcher {
	return single{header.AllowCredentials, "to allow credentials, with the value"}.equal("true")
}
