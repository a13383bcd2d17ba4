// Package judge holds an answer against the answers that S3 owes, and says what the differences cost a page.
//
// It is pure: it does no I/O and knows neither scenarios nor endpoints. Differences are typed values; the words that people read are made
// from them by [Difference.Finding], and nothing here reads those words back.
//
//   - [Compare] lists the differences between an answer and one that was owed, [Nearest] between an answer and every acceptable one.
//   - [Page] computes the class of a difference: Fetch's model is run on the answer that was owed, and on the one that came.
//   - [Checks] documents each thing that is compared.
package judge
