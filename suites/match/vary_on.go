package match

import (
	"corsprobe/runner/header"

	"github.com/onsi/gomega/types"
)

// VaryOn succeeds if Vary holds at least these names, over all its lines, in any order and case. A * holds all.
//
//	Expect(res).To(match.VaryOn("Origin"))
//	Expect(res).To(match.VaryOn("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method"))
//	Expect(res).To(match.VaryOn(HaveLen(3)))
//
// names are strings, one []string, or one matcher, which is given the elements as []string, their case as it came. The
// negation holds where any of the names is missing.
func VaryOn(names ...any) types.GomegaMatcher {
	return list{
		"VaryOn", header.Vary,
		"to vary at least on", "to vary on names that satisfy",
	}.matcher(names)
}
