package match

import (
	"corsprobe/runner/header"

	"github.com/onsi/gomega/types"
)

// AllowOrigin succeeds if an answer has Access-Control-Allow-Origin once, with the expected value to the letter.
//
//	Expect(res).To(match.AllowOrigin("https://app.example.com"))
//	Expect(res).To(match.AllowOrigin("*"))
//	Expect(res).To(match.AllowOrigin(HaveSuffix(".example.com")))
//
// expected is a string, or a matcher that is given the value as a string. The matcher is not asked where the header is
// absent or came twice: neither allows an origin to anybody, so AllowOrigin(Not(Equal("*"))) fails then.
func AllowOrigin(expected any) types.GomegaMatcher {
	origin := single{header.AllowOrigin, "to allow the origin"}
	switch v := expected.(type) {
	case string:
		return origin.equal(v)
	case types.GomegaMatcher:
		origin.relation = "to allow an origin"
		return origin.satisfies(v, text)
	default:
		return notTaken("AllowOrigin", "a string or a gomega matcher", expected)
	}
}
