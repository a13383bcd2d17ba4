package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/console"
	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/judge"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// answered is the answer that decided what the page gets, and what S3 says in it.
type answered struct {
	result.Exchange
	preflight bool
	document  console.Document
	isS3      bool // it has a document of S3's
	meaning   *console.Meaning
}

// cause says why the page gets what it gets, where the answers show more than a browser does: a browser says "no Allow-Origin" of most
// failures.
func (v *visit) cause() *result.PageCause {
	switch {
	case v.page.Gets == result.Readable && v.page.WithoutOrigin != nil:
		return imageFirst
	case len(v.page.Steps) == 0, v.page.Gets != result.Blocked && v.page.Gets != result.Refused:
		return nil
	}
	a := answered{Exchange: v.page.Steps[len(v.page.Steps)-1].Exchange}
	a.preflight = a.Kind == string(judge.Preflight)
	a.document, a.isS3 = console.ParseDocument(a.Response.Body)
	a.meaning = console.ByError(a.document.Code, a.document.Message)
	for _, find := range []func(answered) *result.PageCause{v.signedPreflight, v.elsewhere, v.redirectedPreflight, v.refusedByS3, v.noS3, v.kept, v.noPreflights, v.plainRefusal} {
		if c := find(a); c != nil {
			return c
		}
	}
	return nil
}

// imageFirst is the cause that withoutOrigin describes: a cache may give a page the answer to an <img>.
var imageFirst = &result.PageCause{
	Code: "image-first",
	Sentence: "an image that came first from the same URL breaks the page: without Origin the answer has neither Access-Control-Allow-Origin nor Vary: Origin, " +
		"a cache may keep it, and Chromium then gives it to the page and blocks it",
	Do: []string{
		`set crossorigin="anonymous" on every <img>, <video> and <link> of this URL: they ask with Origin then`,
		"or have the page ask for another URL (a parameter of its own), or past the cache: fetch(url, {cache: 'reload'})",
		"or have a CDN in front send Vary: Origin on every answer",
	},
}

// statusOf is an answer's status with S3's code, where there is one: "403 AccessDenied".
func statusOf(ex result.Exchange) string {
	text := strconv.Itoa(ex.Response.Status)
	if d, ok := console.ParseDocument(ex.Response.Body); ok {
		text += " " + d.Code
	}
	return text
}

// authentication are the meanings of errors that only a server sends which authenticates requests.
var authentication = []string{
	"s3-signature", "s3-unknown-key", "s3-expired-token", "s3-request-expired", "s3-clock", "s3-access-denied", "s3-authorization-query", "s3-signature-version",
}

// signedPreflight is a server that wants preflights signed: no browser signs one, and S3 looks at no signature there (fact 16).
func (v *visit) signedPreflight(a answered) *result.PageCause {
	_, asks := fetch.Get(a.Response.Headers, "WWW-Authenticate")
	refused := a.isS3 && slices.Contains(authentication, a.meaning.ID) || a.Response.Status == http.StatusUnauthorized || asks
	if !a.preflight || !refused {
		return nil
	}
	return &result.PageCause{
		Code:     "preflight-authenticated",
		Sentence: fmt.Sprintf("the preflight is refused with %s for want of a signature, and a preflight is never signed: this is the endpoint's fault, or that of what stands in front of it", statusOf(a.Exchange)),
		Do: []string{
			"let OPTIONS pass without authentication: in the gateway, proxy or authorizer in front, where there is one",
			"else tell the endpoint's operator: S3 answers preflights by the CORS configuration alone, whatever signature the URL has (fact 16)",
		},
	}
}

// elsewhere is a bucket in another region or on another host. S3 names it in the Location, in its document, or in a header.
func (v *visit) elsewhere(a answered) *result.PageCause {
	region, _ := fetch.Get(a.Response.Headers, "X-Amz-Bucket-Region")
	redirects := a.Response.Status/100 == 3
	if (!a.isS3 || a.meaning.ID != "s3-region") && (!redirects || region == "") {
		return nil
	}
	c := &result.PageCause{Code: "s3-region", Sentence: fmt.Sprintf("the URL names the wrong region or host (%s)", statusOf(a.Exchange))}
	if a.preflight && redirects {
		c.Sentence += ": a preflight may not be redirected, so no browser goes on"
	}
	if region == "" {
		region = a.document.Region
	}
	switch host := otherHost(a); {
	case host != "":
		c.Do = append(c.Do, "have the page ask "+host+" from the start")
	case region != "":
		c.Do = append(c.Do, "have the page ask the host of the region "+region+" from the start: s3."+region+".amazonaws.com at AWS")
	default:
		c.Do = append(c.Do, "find the bucket's region: aws s3api get-bucket-location --bucket BUCKET; and have the page ask its host, s3.REGION.amazonaws.com at AWS")
	}
	if region != "" {
		c.Do = append(c.Do, "give the SDK the region "+region)
	}
	c.Do = append(c.Do, "sign anew for that host where the URL is presigned: a signature is for one host and region")
	return c
}

// otherHost is the host that an answer names.
func otherHost(a answered) string {
	location, _ := fetch.Get(a.Response.Headers, "Location")
	if u, err := url.Parse(location); err == nil && u.Host != "" {
		return u.Host
	}
	return a.document.Endpoint
}

func (v *visit) redirectedPreflight(a answered) *result.PageCause {
	location, present := fetch.Get(a.Response.Headers, "Location")
	if !a.preflight || a.Response.Status/100 != 3 || !present {
		return nil
	}
	return &result.PageCause{
		Code:     "preflight-redirect",
		Sentence: fmt.Sprintf("the preflight is redirected (%d) to %s, and no browser follows a redirect there", a.Response.Status, location),
		Do:       []string{"have the page ask that address from the start"},
	}
}

// refusedByS3 takes the cause from S3's error document.
func (v *visit) refusedByS3(a answered) *result.PageCause {
	if !a.isS3 || a.Response.Status < http.StatusBadRequest {
		return nil
	}
	c := &result.PageCause{Code: a.meaning.ID, Sentence: fmt.Sprintf("%s (%s)", a.meaning.Cause, statusOf(a.Exchange)), Do: v.remedies(a)}
	switch {
	case v.page.Gets == result.Refused:
		c.Sentence = fmt.Sprintf("CORS is right, and S3 refuses the request with %s: %s", statusOf(a.Exchange), a.meaning.Cause)
	case !a.preflight:
		c.Sentence = fmt.Sprintf("an error hides behind CORS, %s: %s", statusOf(a.Exchange), a.meaning.Cause)
	}
	if a.meaning.ID == "s3-other" && a.document.Message != "" {
		c.Sentence += ": " + a.document.Message
	}
	c.Likely = console.Explain(console.Message{Meaning: a.meaning, Origin: v.request.Origin, Method: v.method}).Causes
	return c
}

// remedies are what to do about an error of S3's.
func (v *visit) remedies(a answered) []string {
	bucket := a.document.Bucket
	if bucket == "" {
		bucket = "BUCKET"
	}
	switch a.meaning.ID {
	case "s3-no-configuration", "s3-no-cors-configuration":
		rule, _ := json.Marshal(s3cors.Configuration{CORSRules: []s3cors.Rule{v.smallestRule()}}) // strings into memory: it cannot fail
		return []string{"write one to cors.json: " + string(rule), "aws s3api put-bucket-cors --bucket " + console.Quote(bucket) + " --cors-configuration file://cors.json"}
	case "s3-no-rule", "s3-access-forbidden":
		return []string{"aws s3api get-bucket-cors --bucket " + console.Quote(bucket) + " > cors.json", v.explainCommand()}
	}
	if a.meaning.Note != "" {
		return []string{a.meaning.Note}
	}
	return nil
}

// asks are the names of headers that the page's preflight asks for.
func (v *visit) asks() []string {
	for _, h := range fetch.PreflightHeaders(v.request) {
		if h.Name == header.RequestHeaders {
			return strings.Split(h.Value, ",")
		}
	}
	return nil
}

// smallestRule is a rule that permits the page's request and no more.
func (v *visit) smallestRule() s3cors.Rule {
	rule := s3cors.Rule{AllowedOrigins: []string{v.request.Origin}, AllowedMethods: []string{v.method}, AllowedHeaders: v.asks()}
	if changes(v.method) {
		rule.ExposeHeaders = []string{"ETag"}
	}
	return rule
}

// explainCommand says which rule fails on what, and the smallest change.
func (v *visit) explainCommand() string {
	args := []string{"corsprobe explain --cors cors.json --origin", console.Quote(v.request.Origin), "--method", console.Quote(v.method)}
	for _, name := range v.asks() {
		args = append(args, "--header", console.Quote(name))
	}
	if v.page.Credentials {
		args = append(args, "--credentials")
	}
	return strings.Join(args, " ")
}

// noS3 is an answer of a web server or proxy that is not S3.
func (v *visit) noS3(a answered) *result.PageCause {
	if a.isS3 || hasS3Header(a.Exchange) || !isHTML(a.Exchange) {
		return nil
	}
	return &result.PageCause{
		Code:     "no-s3",
		Sentence: fmt.Sprintf("this is no S3 answer: %d with a web page (%s) and none of S3's headers", a.Response.Status, contentType(a.Exchange)),
		Do:       []string{"check the URL: its host, its port, and what stands in front (a CDN, a web server, a console instead of the API)"},
	}
}

func hasS3Header(ex result.Exchange) bool {
	return slices.ContainsFunc(ex.Response.Headers, func(h result.Header) bool {
		name := strings.ToLower(h.Name)
		return name == "x-amz-request-id" || name == "x-amz-id-2" || name == "x-amz-bucket-region"
	})
}

func contentType(ex result.Exchange) string {
	if values := result.Values(ex.Response.Headers, "Content-Type"); len(values) > 0 {
		return values[0]
	}
	return "no Content-Type"
}

func isHTML(ex result.Exchange) bool {
	start := strings.ToLower(strings.TrimSpace(ex.Response.Body[:min(len(ex.Response.Body), 100)]))
	return strings.Contains(strings.ToLower(contentType(ex)), "html") || strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// kept is a cache that had stored an answer before this page asked.
func (v *visit) kept(a answered) *result.PageCause {
	_, grants := fetch.Get(a.Response.Headers, header.AllowOrigin)
	if a.preflight || grants || !isFromCache(a.Exchange) {
		return nil
	}
	return &result.PageCause{
		Code:     "cached",
		Sentence: fmt.Sprintf("a cache in between answered what it had kept, asked for without Origin (%s)", strings.Join(trace(a.Exchange), ", ")),
		Do: []string{
			"have the CDN forward Origin to the bucket and keep answers apart by it: CloudFront's origin request policy CORS-S3Origin, or Origin in the cache key",
			"then clear what it has kept for this URL",
			"or have the CDN add the CORS headers itself, on every answer",
		},
	}
}

func (v *visit) noPreflights(a answered) *result.PageCause {
	unknown := []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}
	if !a.preflight || a.isS3 || !slices.Contains(unknown, a.Response.Status) {
		return nil
	}
	return &result.PageCause{
		Code:     "no-preflights",
		Sentence: fmt.Sprintf("the server does not answer preflights here (%d to OPTIONS)", a.Response.Status),
		Do:       []string{"check the URL's path; where a CDN or proxy stands in front, let it pass OPTIONS on to the bucket"},
	}
}

// plainRefusal is an error without an error document of S3's.
func (v *visit) plainRefusal(a answered) *result.PageCause {
	status := a.Response.Status
	switch {
	case status < http.StatusBadRequest:
		return nil
	case v.page.Gets == result.Refused:
		return &result.PageCause{Code: "refused", Sentence: fmt.Sprintf("CORS is right, and the request itself is answered with %d", status), Do: []string{"look at the request: its address, its signature, the rights that it needs"}}
	case a.preflight:
		return nil
	}
	return &result.PageCause{Code: "hidden-error", Sentence: fmt.Sprintf("an error hides behind CORS: %d", status), Do: []string{"look at the request with curl: a page cannot read this answer"}}
}
