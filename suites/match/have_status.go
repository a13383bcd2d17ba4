package match

import (
	"slices"

	"github.com/onsi/gomega/types"

	"corsprobe/runner/english"
)

// HaveStatus succeeds if an answer has one of these statuses.
//
//	Expect(res).To(match.HaveStatus(200))
//	Expect(res).To(match.HaveStatus(200, 204))
//	Expect(res).To(match.HaveStatus(BeNumerically("<", 300)))
//
// expected are ints, or one matcher, which is given the status as an int.
func HaveStatus(expected ...any) types.GomegaMatcher {
	if len(expected) == 0 {
		return misused("HaveStatus", "needs at least one status")
	}
	if sub, ok := expected[0].(types.GomegaMatcher); ok && len(expected) == 1 {
		return statusThat(sub)
	}
	var statuses []int
	var texts []string
	for _, e := range expected {
		status, ok := e.(int)
		if !ok {
			return notTaken("HaveStatus", "ints or one gomega matcher", e)
		}
		statuses, texts = append(statuses, status), append(texts, statusText(status))
	}
	return matcher(func(actual any) (outcome, error) {
		a, err := withStatus(actual)
		ok := slices.Contains(statuses, a.status)
		return outcome{ok: ok, actual: a.kind(), relation: "to have the status", expected: english.Or(texts)}, err
	})
}

func statusThat(sub types.GomegaMatcher) matcher {
	return func(actual any) (outcome, error) {
		a, err := withStatus(actual)
		if err != nil {
			return outcome{}, err
		}
		return outcome{actual: a.kind(), relation: "to have a status that satisfies"}.satisfy(sub, a.status)
	}
}
