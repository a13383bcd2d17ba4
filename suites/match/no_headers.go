package match

import (
	"slices"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"

	"github.com/onsi/gomega/types"
)

// NoCORSHeaders succeeds if an answer has no header whose name begins with Access-Control-. Vary may be there: a server
// may vary on anything of its own.
//
//	Expect(res).To(match.NoCORSHeaders())
func NoCORSHeaders() types.GomegaMatcher {
	return matcher(func(actual any) (outcome, error) {
		a, err := answerOf(actual)
		if err != nil {
			return outcome{}, err
		}
		return outcome{ok: !hasCORS(a.headers), actual: a.summary(), relation: "to lack Access-Control-* headers"}, nil
	})
}

func hasCORS(lines []result.Header) bool {
	return slices.ContainsFunc(lines, func(h result.Header) bool { return isCORS(h.Name) })
}

// NoHeader succeeds if an answer has none of these headers, not even an empty one.
//
//	Expect(res).To(match.NoHeader("Access-Control-Max-Age"))
//	Expect(refusal).To(match.NoHeader("Vary", "Access-Control-Allow-Origin"))
func NoHeader(names ...string) types.GomegaMatcher {
	if len(names) == 0 {
		return misused("NoHeader", "needs at least one name")
	}
	return matcher(func(actual any) (outcome, error) {
		a, err := answerOf(actual)
		if err != nil {
			return outcome{}, err
		}
		present := slices.ContainsFunc(names, func(name string) bool { return header.Absent(a.headers, name) != nil })
		return outcome{ok: !present, actual: a.show(names...), relation: "to lack", expected: strings.Join(names, "\n")}, nil
	})
}
