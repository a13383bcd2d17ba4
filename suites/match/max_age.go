package match

import (
	"corsprobe/runner/header"

	"strconv"
	"strings"

	"github.com/onsi/gomega/types"
)

// MaxAge succeeds if an answer has Access-Control-Max-Age once, with that number of seconds in decimal.
//
//	Expect(res).To(match.MaxAge(3000))
//	Expect(res).To(match.MaxAge(BeNumerically("<=", 7200)))
//
// seconds is an int, or a matcher that is given an int. The matcher is not asked where the header is absent, came twice
// or is no number.
func MaxAge(seconds any) types.GomegaMatcher {
	age := single{header.MaxAge, "to be kept for this number of seconds"}
	switch v := seconds.(type) {
	case int:
		return age.equal(strconv.Itoa(v))
	case types.GomegaMatcher:
		age.relation = "to be kept for a number of seconds"
		return age.satisfies(v, number)
	default:
		return notTaken("MaxAge", "an int or a gomega matcher", seconds)
	}
}

// number reads digits, without the sign that [strconv.Atoi] would take.
func number(s string) (any, string) {
	n, err := strconv.Atoi(s)
	if err != nil || strings.Trim(s, "0123456789") != "" {
		return nil, "no number"
	}
	return n, ""
}
