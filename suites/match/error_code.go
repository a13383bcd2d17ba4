package match

import (
	"errors"
	"strings"

	"corsprobe/runner/s3error"

	"github.com/onsi/gomega/types"
)

// ErrorCode succeeds if the body is S3's error document with that code.
//
//	Expect(res).To(match.ErrorCode("AccessForbidden"))
//	Expect(res).To(match.ErrorCode(HavePrefix("NoSuch")))
//
// code is a string, or a matcher that is given the code as a string. The matcher is not asked where the body is no error
// document. The first 64 KiB of the body are read; an *http.Response gets them back, so that they can be read again.
func ErrorCode(code any) types.GomegaMatcher { return errorCode(code) }

func errorCode(code any) matcher {
	switch v := code.(type) {
	case string:
		return documentWith("the code", value(v), func(o outcome, got string) (outcome, error) {
			o.ok = got == v
			return o, nil
		})
	case types.GomegaMatcher:
		return documentWith("a code", "", func(o outcome, got string) (outcome, error) {
			o.relation += " that satisfies"
			return o.satisfy(v, got)
		})
	default:
		return notTaken("ErrorCode", "a string or a gomega matcher", code)
	}
}

// documentWith judges the code of an error document. Of anything else it says why it is none.
func documentWith(what, expected string, judge func(outcome, string) (outcome, error)) matcher {
	return func(actual any) (outcome, error) {
		body, err := bodyOf(actual)
		if err != nil {
			return outcome{}, err
		}
		o := outcome{actual: shownBody(body), relation: "to be an error document with " + what, expected: expected}
		got, problem := codeOf(body)
		if problem == "" {
			return judge(o, got)
		}
		o.problem = problem
		return o, nil
	}
}

func bodyOf(actual any) (string, error) {
	a, err := withStatus(actual)
	if err != nil {
		return "", err
	}
	return a.body()
}

func shownBody(body string) string {
	if strings.TrimSpace(body) == "" {
		return "an empty body"
	}
	return block(body)
}

// codeOf reads the code of an error document, which may be cut short behind it.
func codeOf(body string) (code, problem string) {
	doc, err := s3error.Read(body)
	switch {
	case doc.Code != "":
		return strings.TrimSpace(doc.Code), ""
	case err != nil && !errors.Is(err, s3error.ErrCutShort):
		return "", value(err.Error())
	default:
		return "", "it has no Code"
	}
}
