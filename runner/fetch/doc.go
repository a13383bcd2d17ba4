// Package fetch says what a browser makes of a request to another origin and of the answers to it: the CORS protocol
// of the Fetch standard (https://fetch.spec.whatwg.org, source whatwg/fetch at 586cd2a of 2026-07-02) as functions of
// their arguments alone. Nothing here reads the network, a clock or a file, and nothing is remembered.
//
// Functions bear the names of the standard's steps, and their comments the anchors, so that both can be read side by
// side:
//
//   - methods: [NormalizeMethod], [IsForbiddenMethod], [IsSafelistedMethod] (fetch#methods)
//   - headers that script may set: [IsForbiddenRequestHeader] (fetch#forbidden-request-header)
//   - whether a preflight is needed: [IsSafelistedRequestHeader] (fetch#cors-safelisted-request-header),
//     [UnsafeRequestHeaderNames] (fetch#cors-unsafe-request-header-names), [NeedsPreflight] (fetch#main-fetch)
//   - the preflight and its answer: [PreflightHeaders], [PreflightCheck] (fetch#cors-preflight-fetch-0)
//   - the check of every answer: [CORSCheck] (fetch#concept-cors-check), [ActualCheck] (fetch#concept-http-fetch)
//   - redirects: [RedirectCheck] (fetch#http-redirect-fetch)
//   - what script can read: [ExposedHeaders] (fetch#concept-filtered-response-cors)
//   - caches: [MaxAge], [PreflightCacheLifetime] (fetch#cors-preflight-cache), [NeedsVary], [VaryCovers]
//     (fetch#cors-protocol-and-http-caches)
//
// [Evaluate] puts them together and gives two verdicts: the standard's, and that of browsers as they ship. The two
// differ in one point, see [PreflightCheckToday].
//
// What the CORS tests of web-platform-tests expect is in testdata/wpt.yaml, and the model is held against it.
//
// All comparisons are of bytes. "Lower-case" means the letters A to Z of ASCII and no others.
package fetch
