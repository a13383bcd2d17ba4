package match

import (
	"corsprobe/runner/header"

	"github.com/onsi/gomega/types"
)

// AllowMethods succeeds if Access-Control-Allow-Methods lists exactly these methods in this order, as S3 does with the
// list of the rule that matched, in its stored order.
//
//	Expect(res).To(match.AllowMethods("GET", "PUT"))
//	Expect(res).To(match.AllowMethods(rule.AllowedMethods))
//	Expect(res).To(match.AllowMethods(ConsistOf("PUT", "GET"))) // in any order
//
// methods are strings, one []string, or one matcher, which is given the elements as []string. A failure tells another
// order from missing and extra methods.
func AllowMethods(methods ...any) types.GomegaMatcher {
	return list{
		"AllowMethods", header.AllowMethods,
		"to allow the methods, in this order", "to allow methods that satisfy",
	}.matcher(methods)
}
