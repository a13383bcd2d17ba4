package match

import (
	"fmt"
	"net/http"
	"slices"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"

	"github.com/onsi/gomega/types"
)

// GrantPreflight succeeds if the answer to a preflight lets a page go on with what the preflight asked for, by the Fetch
// standard and without credentials:
//
//   - the status is one from 200 to 299,
//   - Access-Control-Allow-Origin came once, and is * or the preflight's Origin to the letter,
//   - Access-Control-Allow-Methods holds the method of Access-Control-Request-Method or *, or the method is one that
//     needs no permission (GET, HEAD, POST),
//   - Access-Control-Allow-Headers holds every name of Access-Control-Request-Headers in any case, or *, which does not
//     cover Authorization.
//
// The request belongs to it, so it takes a [result.Exchange], a pointer to one, or an *http.Response with its Request.
// One that is no OPTIONS is an error of the match. One without Origin is granted nothing.
//
//	preflight.Header.Set("Origin", "https://app.example.com")
//	preflight.Header.Set("Access-Control-Request-Method", "PUT")
//	res, err := http.DefaultClient.Do(preflight)
//	Expect(err).NotTo(HaveOccurred())
//	Expect(res).To(match.GrantPreflight())
//
// That an answer is also the one S3 would give is for the other matchers to say. The negation holds for any answer that a
// browser does not take for a grant; S3's refusal is [RefusePreflight].
func GrantPreflight() types.GomegaMatcher {
	return matcher(func(actual any) (outcome, error) {
		a, err := answerOf(actual)
		if err != nil {
			return outcome{}, err
		}
		if err := isPreflight(a, actual); err != nil {
			return outcome{}, err
		}
		o := outcome{actual: a.summary(), relation: "to grant the preflight", expected: asked(a.request)}
		o.ok, o.problem = granted(a)
		return o, nil
	})
}

// isPreflight says why an actual value is no answer to a preflight.
func isPreflight(a answer, actual any) error {
	switch {
	case a.request == nil:
		return fmt.Errorf("match.GrantPreflight needs the request too, which a %T does not have; "+
			"give a result.Exchange, *result.Exchange or *http.Response with its Request", actual)
	case a.request.Method != http.MethodOptions:
		return fmt.Errorf("match.GrantPreflight needs the answer to an OPTIONS request; this one answers %q", a.request.Method)
	default:
		return nil
	}
}

// granted asks Fetch's model.
func granted(a answer) (ok bool, problem string) {
	origin, count := header.Combined(a.request.Headers, header.Origin)
	if count == 0 {
		return false, "the preflight has no Origin"
	}
	method, _ := header.Combined(a.request.Headers, header.RequestMethod)
	page := fetch.Request{
		Method: method, Origin: origin, Credentials: fetch.Omit,
		UnsafeNames: header.Elements(a.request.Headers, header.RequestHeaders),
	}
	verdict := fetch.PreflightCheck(page, fetch.Response{Status: a.status, Headers: a.headers})
	return verdict.Allowed, verdict.Sentence
}

// asked renders what a preflight asked for.
func asked(request *result.Request) string {
	names := []string{header.Origin, header.RequestMethod, header.RequestHeaders}
	lines := slices.DeleteFunc(slices.Clone(request.Headers), func(h result.Header) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return header.Absent([]result.Header{h}, name) != nil })
	})
	return answer{headers: lines}.show(names...)
}
