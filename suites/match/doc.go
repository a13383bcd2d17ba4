// Package match holds gomega matchers for answers to CORS requests and for the results of a run. They serve
// corsprobe's own specs and anybody's suite:
//
//	res, err := http.DefaultClient.Do(preflight)
//	Expect(err).NotTo(HaveOccurred())
//	Expect(res).To(match.GrantPreflight())
//	Expect(res).To(And(match.AllowMethods("GET", "PUT"), match.VaryOn("Origin")))
//
// # What they match
//
// A matcher takes an answer as [result.Exchange], *[result.Exchange], [result.Response], *[http.Response],
// [http.Header] or a slice of [result.Header]; it says so where the value holds too little for it, as a
// header map has no status. A transport's error in an exchange is an error of the match, so that "the server is down"
// never passes for "the header is absent".
//
// # How they compare
//
// By meaning, see package [header]: spaces after commas, several lines of one list and the case of header names make no
// difference, nor does the order of Vary. All else is to the letter of S3's contract. A value may be a plain one or a
// gomega matcher, which is then given what its constructor says.
//
// # What they say
//
// Every message has three parts: what came, the relation with the difference in brackets, and what was expected.
package match
