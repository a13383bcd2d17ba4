package match

import (
	"corsprobe/runner/header"

	"github.com/onsi/gomega/types"
)

// AllowHeaders succeeds if Access-Control-Allow-Headers lists exactly these names in this order. S3 repeats the names
// that a request asked for, lower-cased and in their order, so case counts as well.
//
//	Expect(res).To(match.AllowHeaders("content-type", "x-amz-meta-title"))
//	Expect(res).To(match.AllowHeaders(ContainElement("content-type")))
//
// names are strings, one []string, or one matcher, which is given the elements as []string. A failure tells another
// order or case from missing and extra names. A lone * is matched as a name: it is not what S3 answers.
func AllowHeaders(names ...any) types.GomegaMatcher {
	return list{
		"AllowHeaders", header.AllowHeaders,
		"to allow the headers, in this order", "to allow headers that satisfy",
	}.matcher(names)
}
