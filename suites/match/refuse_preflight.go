package match

import (
	"net/http"
	"strings"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"
)

// RefusePreflight succeeds if an answer is S3's refusal of a preflight: the status 403 and no header whose name begins
// with Access-Control-. With a code, the body must be S3's error document with that code as well.
//
//	Expect(res).To(match.RefusePreflight())
//	Expect(res).To(match.RefusePreflight("AccessForbidden"))
//
// code is at most one string or matcher, see [ErrorCode]. S3 answers 400 to a preflight that it cannot read; that is no
// refusal in this sense. The negation is not a grant: for that there is [GrantPreflight].
func RefusePreflight(code ...any) types.GomegaMatcher {
	if len(code) > 1 {
		return misused("RefusePreflight", "takes at most one code, not %d", len(code))
	}
	if len(code) == 0 {
		return matcher(refusal)
	}
	document := errorCode(code[0])
	return matcher(func(actual any) (outcome, error) {
		o, err := refusal(actual)
		if err != nil {
			return outcome{}, err
		}
		d, err := document(actual)
		return o.and(d), err
	})
}

// refusal judges status and headers.
func refusal(actual any) (outcome, error) {
	a, err := withStatus(actual)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{
		ok:       true,
		actual:   a.summary(),
		relation: "to refuse the preflight as S3 does",
		expected: "403 Forbidden without Access-Control-* headers",
	}
	if a.status != http.StatusForbidden {
		o = o.but("another status")
	}
	if hasCORS(a.headers) {
		o = o.but("Access-Control-* headers")
	}
	return o, nil
}

// but fails an outcome with one more problem.
func (o outcome) but(problem string) outcome {
	if o.problem != "" {
		problem = o.problem + "; " + problem
	}
	o.ok, o.problem = false, problem
	return o
}

// and adds what was found of the error document.
func (o outcome) and(document outcome) outcome {
	o.actual += "\n" + document.actual
	o.expected += "\n" + strings.TrimPrefix(document.relation, "to be ")
	if document.expected != "" {
		o.expected += "\n" + format.IndentString(document.expected, 1)
	}
	switch {
	case document.ok:
		return o
	case document.problem != "":
		return o.but("the body: " + document.problem)
	default:
		return o.but("another code")
	}
}
