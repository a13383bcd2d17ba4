package match

import (
	"corsprobe/runner/header"

	"github.com/onsi/gomega/types"
)

// ExposeHeaders succeeds if Access-Control-Expose-Headers lists exactly these names in this order and case, as S3 does
// with the list of the rule that matched.
//
//	Expect(res).To(match.ExposeHeaders("ETag", "x-amz-version-id"))
//	Expect(res).To(match.ExposeHeaders(ContainElement("ETag")))
//
// names are strings, one []string, or one matcher, which is given the elements as []string. A failure tells another
// order or case from missing and extra names. Where a rule exposes nothing, expect
// NoHeader("Access-Control-Expose-Headers").
func ExposeHeaders(names ...any) types.GomegaMatcher {
	return list{
		"ExposeHeaders", header.ExposeHeaders,
		"to expose the headers, in this order", "to expose headers that satisfy",
	}.matcher(names)
}
